/** The states of backfills and of their runs. */

import type { BackfillRunState, BackfillState } from "../../lib/api/schema";
import { Badge, type Look } from "../badge";

const STATES: Record<BackfillState, Look & { text: string }> = {
  RUNNING: { text: "Running", tone: "running", icon: "play" },
  PAUSED: { text: "Paused", tone: "pending", icon: "pause" },
  DONE: { text: "Done", tone: "success", icon: "check" },
  CANCELLED: { text: "Cancelled", tone: "cancelled", icon: "ban" },
};

export const RUN_STATES: Record<BackfillRunState, Look & { text: string }> = {
  SUCCEEDED: { text: "Succeeded", tone: "success", icon: "check" },
  FAILED: { text: "Failed", tone: "failed", icon: "cross" },
  CANCELLED: { text: "Cancelled", tone: "cancelled", icon: "ban" },
  ACTIVE: { text: "Active", tone: "running", icon: "play" },
  WAITING: { text: "Waiting", tone: "pending", icon: "clock" },
};

export function BackfillStateBadge({ state }: { state: BackfillState }) {
  const { text, ...look } = STATES[state];
  return <Badge {...look}>{text}</Badge>;
}

export function RunStateBadge({ state }: { state: BackfillRunState }) {
  const { text, ...look } = RUN_STATES[state];
  return <Badge {...look}>{text}</Badge>;
}
