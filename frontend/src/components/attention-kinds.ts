/** The kinds of attention items and alerts in words, and how they look. */

import type { AttentionKind } from "../lib/api/schema";
import type { Look } from "./badge";

const SERIOUS: Look = { tone: "failed", icon: "alert" };
const NOTABLE: Look = { tone: "pending", icon: "clock" };

type Label = Look & { text: string };

const LABELS: Record<AttentionKind, Label> = {
  NODE_LOST: { text: "Node lost", ...SERIOUS },
  TOO_LARGE: { text: "Can never run", ...SERIOUS },
  NO_NODE_FOR_QUEUE: { text: "No consumers", ...SERIOUS },
  NODES_PAUSED: { text: "Nodes paused", ...NOTABLE },
  QUEUE_PAUSED: { text: "Queue paused", ...NOTABLE },
  SLOTS_IDLE: { text: "Slots idle", ...SERIOUS },
  BACKLOG_GROWING: { text: "Backlog growing", ...NOTABLE },
  TASKS_FAILING: { text: "Failing", ...SERIOUS },
  TICKS_MISSED: { text: "Ticks missed", ...NOTABLE },
  WEBHOOK_STOPPED: { text: "Webhook stopped", ...SERIOUS },
};

/** The server may know more kinds than this version of the page. */
export function attentionLabel(kind: string): Label {
  return LABELS[kind as AttentionKind] ?? { text: kind, ...NOTABLE };
}
