/** The run history of a schedule, with equal neighbors together. */

import { words } from "../../lib/format";
import type { Tick } from "./query";

export type TickGroup = Tick & {
  /** The scheduled time of the earliest one. */
  firstAt: string;
};

/** Runs that were not triggered, for the same reason, become one row. Newest first. */
export function groupTicks(ticks: readonly Tick[]): TickGroup[] {
  const groups: TickGroup[] = [];
  for (const tick of ticks) {
    const last = groups.at(-1);
    const isAlike = last && last.outcome === tick.outcome && last.reason === tick.reason;
    if (isAlike && tick.outcome !== "FIRED") {
      last.count += tick.count;
      last.firstAt = tick.nominalAt;
    } else {
      groups.push({ ...tick, firstAt: tick.nominalAt });
    }
  }
  return groups;
}

const REASONS: Record<string, string> = {
  OVERLAP: "Previous run active",
  PAUSED: "Schedule paused",
  LIMIT: "Schedule completed",
  TRIGGERED: "Triggered manually",
};

/** The API may get more reasons than this page knows. */
export function tickReasonText(reason: string): string {
  return REASONS[reason] ?? words(reason);
}
