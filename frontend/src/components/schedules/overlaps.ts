/** The overlap policies in words. */

import type { OverlapPolicy } from "../../lib/api/schema";

export const OVERLAPS: Record<OverlapPolicy, string> = {
  SKIP: "Skip the new run",
  QUEUE_ONE: "Queue one new run",
  CANCEL_RUNNING: "Cancel the active run",
  ALLOW: "Start another run",
};

type Policy = { overlap: OverlapPolicy; maxConcurrentRuns: number };

/** The overlap policy of a schedule, with its limit if it has one. */
export function overlapText({ overlap, maxConcurrentRuns }: Policy): string {
  const limit = overlap === "ALLOW" ? `, up to ${maxConcurrentRuns} at the same time` : "";
  return `${OVERLAPS[overlap]}${limit}`;
}
