/** How far a backfill is. */

import type { BackfillRunState } from "../../lib/api/schema";

export type Counts = {
  waiting: number;
  active: number;
  succeeded: number;
  failed: number;
  cancelled: number;
};

/** The states of runs in the order of the bar, with the names of their counts. */
export const PARTS: readonly (readonly [BackfillRunState, keyof Counts])[] = [
  ["SUCCEEDED", "succeeded"],
  ["FAILED", "failed"],
  ["CANCELLED", "cancelled"],
  ["ACTIVE", "active"],
  ["WAITING", "waiting"],
];

/** The number of runs that have ended. */
export function endedOf({ succeeded, failed, cancelled }: Counts): number {
  return succeeded + failed + cancelled;
}

/** The share of runs that have ended in whole percent. It is 100 only when all have. */
export function percentOf(counts: Counts, total: number): number {
  return total ? Math.floor((100 * endedOf(counts)) / total) : 100;
}
