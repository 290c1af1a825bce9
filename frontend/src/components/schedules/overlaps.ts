/** The overlap policies in words. */

import type { OverlapPolicy } from "../../lib/api/schema";

export const OVERLAPS: Record<OverlapPolicy, string> = {
  SKIP: "Skip the new run",
  QUEUE_ONE: "Queue one new run",
  CANCEL_RUNNING: "Cancel the active run",
};
