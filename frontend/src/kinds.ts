/** What can happen, in words. A kind that the schema has and this has not does not compile. */

import type { IconName } from "./icons";
import type { ClusterEventKind } from "./schema";

type Saying = { text: string; icon: IconName; tone: string };

export const KINDS: Record<ClusterEventKind, Saying> = {
  TASK_CREATED: { text: "Created", icon: "plus", tone: "plain" },
  TASK_STARTED: { text: "Started", icon: "play", tone: "running" },
  TASK_SUCCEEDED: { text: "Succeeded", icon: "check", tone: "success" },
  TASK_FAILED: { text: "Failed", icon: "cross", tone: "failed" },
  TASK_CANCELLED: { text: "Cancelled", icon: "ban", tone: "cancelled" },
  TASK_CANCEL_REQUESTED: { text: "Asked to stop", icon: "ban", tone: "cancelled" },
  TASK_REQUEUED: { text: "Requeued", icon: "alert", tone: "pending" },
  TASK_RETRIED: { text: "Retried", icon: "repeat", tone: "pending" },
  TASK_TICKED: { text: "Ticked", icon: "calendar", tone: "pending" },
  TASK_PRUNED: { text: "Deleted, being old", icon: "cross", tone: "plain" },
  SCHEDULE_CREATED: { text: "Schedule created", icon: "calendar", tone: "plain" },
  SCHEDULE_UPDATED: { text: "Schedule changed", icon: "calendar", tone: "plain" },
  SCHEDULE_DELETED: { text: "Schedule deleted", icon: "calendar", tone: "plain" },
  SCHEDULE_PAUSED: { text: "Schedule paused", icon: "pause", tone: "pending" },
  SCHEDULE_RESUMED: { text: "Schedule resumed", icon: "repeat", tone: "success" },
  TICK_SKIPPED: { text: "Tick skipped", icon: "skip", tone: "pending" },
  TICK_MISSED: { text: "Tick missed", icon: "cross", tone: "failed" },
  NODE_ONLINE: { text: "Node online", icon: "server", tone: "success" },
  NODE_OFFLINE: { text: "Node offline", icon: "server", tone: "failed" },
  NODE_PAUSED: { text: "Node paused", icon: "pause", tone: "pending" },
  NODE_RESUMED: { text: "Node resumed", icon: "repeat", tone: "success" },
  NODE_DRAINING: { text: "Node draining", icon: "drain", tone: "pending" },
  NODE_DRAINED: { text: "Node drained", icon: "drain", tone: "cancelled" },
  NODE_RESIZED: { text: "Node resized", icon: "server", tone: "plain" },
  NODE_ASSIGNED: { text: "Node has other queues", icon: "layers", tone: "plain" },
  NODE_STOPPING: { text: "Node stopping", icon: "ban", tone: "cancelled" },
  QUEUE_CREATED: { text: "Queue added", icon: "layers", tone: "plain" },
  QUEUE_UPDATED: { text: "Queue limited", icon: "layers", tone: "plain" },
  QUEUE_PAUSED: { text: "Queue paused", icon: "pause", tone: "pending" },
  QUEUE_RESUMED: { text: "Queue resumed", icon: "repeat", tone: "success" },
  TOKEN_CREATED: { text: "Token made", icon: "plus", tone: "plain" },
  TOKEN_REVOKED: { text: "Token revoked", icon: "ban", tone: "cancelled" },
};

const ALL = Object.keys(KINDS) as ClusterEventKind[];

export const TOPICS: Record<string, ClusterEventKind[]> = {
  Tasks: ALL.filter((kind) => kind.startsWith("TASK_")),
  Schedules: ALL.filter((kind) => /^(SCHEDULE|TICK)_/.test(kind)),
  Nodes: ALL.filter((kind) => kind.startsWith("NODE_")),
  Queues: ALL.filter((kind) => kind.startsWith("QUEUE_")),
  Tokens: ALL.filter((kind) => kind.startsWith("TOKEN_")),
};

/** Kinds that this page does not know yet are said as they are. */
export function saying(kind: string): Saying {
  return KINDS[kind as ClusterEventKind] ?? { text: kind, icon: "pulse", tone: "plain" };
}
