/** Names of the kinds of events. A kind that the schema has and this table lacks does not compile. */

import type { ClusterEventKind } from "../../lib/api/schema";
import type { Look } from "../badge";

type Label = Look & { text: string };

const LABELS: Record<ClusterEventKind, Label> = {
  TASK_CREATED: { text: "Created", icon: "plus", tone: "plain" },
  TASK_STARTED: { text: "Started", icon: "play", tone: "running" },
  TASK_SUCCEEDED: { text: "Succeeded", icon: "check", tone: "success" },
  TASK_FAILED: { text: "Failed", icon: "cross", tone: "failed" },
  TASK_CANCELLED: { text: "Cancelled", icon: "ban", tone: "cancelled" },
  TASK_CANCEL_REQUESTED: { text: "Cancellation requested", icon: "ban", tone: "cancelled" },
  TASK_ATTEMPT_FAILED: { text: "Attempt failed", icon: "repeat", tone: "pending" },
  TASK_REQUEUED: { text: "Requeued (node lost)", icon: "alert", tone: "pending" },
  TASK_RETRIED: { text: "Retried", icon: "repeat", tone: "pending" },
  TASK_RESTORED: { text: "Restored", icon: "repeat", tone: "pending" },
  TASK_TICKED: { text: "Triggered", icon: "calendar", tone: "pending" },
  TASK_PRUNED: { text: "Pruned", icon: "cross", tone: "plain" },
  SCHEDULE_CREATED: { text: "Schedule created", icon: "calendar", tone: "plain" },
  SCHEDULE_UPDATED: { text: "Schedule updated", icon: "calendar", tone: "plain" },
  SCHEDULE_DELETED: { text: "Schedule deleted", icon: "calendar", tone: "plain" },
  SCHEDULE_PAUSED: { text: "Schedule paused", icon: "pause", tone: "pending" },
  SCHEDULE_RESUMED: { text: "Schedule resumed", icon: "repeat", tone: "success" },
  BACKFILL_CREATED: { text: "Backfill created", icon: "plus", tone: "plain" },
  BACKFILL_PAUSED: { text: "Backfill paused", icon: "pause", tone: "pending" },
  BACKFILL_RESUMED: { text: "Backfill resumed", icon: "repeat", tone: "success" },
  BACKFILL_CANCELLED: { text: "Backfill cancelled", icon: "ban", tone: "cancelled" },
  BACKFILL_COMPLETED: { text: "Backfill completed", icon: "check", tone: "success" },
  TICK_SKIPPED: { text: "Run skipped", icon: "skip", tone: "pending" },
  TICK_MISSED: { text: "Run missed", icon: "cross", tone: "failed" },
  NODE_ONLINE: { text: "Node online", icon: "server", tone: "success" },
  NODE_OFFLINE: { text: "Node offline", icon: "server", tone: "failed" },
  NODE_PAUSED: { text: "Node paused", icon: "pause", tone: "pending" },
  NODE_RESUMED: { text: "Node resumed", icon: "repeat", tone: "success" },
  NODE_DRAINING: { text: "Node draining", icon: "drain", tone: "pending" },
  NODE_DRAINED: { text: "Node drained", icon: "drain", tone: "cancelled" },
  NODE_RESIZED: { text: "Node resized", icon: "server", tone: "plain" },
  NODE_ASSIGNED: { text: "Queues reassigned", icon: "layers", tone: "plain" },
  NODE_STOPPING: { text: "Node stopping", icon: "ban", tone: "cancelled" },
  NODE_FORGOTTEN: { text: "Node removed", icon: "ban", tone: "cancelled" },
  FAULT_INJECTED: { text: "Fault injected", icon: "alert", tone: "failed" },
  QUEUE_CREATED: { text: "Queue created", icon: "layers", tone: "plain" },
  QUEUE_UPDATED: { text: "Queue changed", icon: "layers", tone: "plain" },
  QUEUE_PAUSED: { text: "Queue paused", icon: "pause", tone: "pending" },
  QUEUE_RESUMED: { text: "Queue resumed", icon: "repeat", tone: "success" },
  QUEUE_DELETED: { text: "Queue deleted", icon: "ban", tone: "cancelled" },
  SCHEDULING_CHANGED: { text: "Policy changed", icon: "layers", tone: "plain" },
  CALENDAR_SAVED: { text: "Calendar saved", icon: "clock", tone: "plain" },
  CALENDAR_DELETED: { text: "Calendar deleted", icon: "ban", tone: "cancelled" },
  TOKEN_CREATED: { text: "Token created", icon: "key", tone: "plain" },
  TOKEN_REVOKED: { text: "Token revoked", icon: "ban", tone: "cancelled" },
  WEBHOOK_CREATED: { text: "Webhook created", icon: "plus", tone: "plain" },
  WEBHOOK_UPDATED: { text: "Webhook updated", icon: "repeat", tone: "plain" },
  WEBHOOK_DISABLED: { text: "Webhook disabled", icon: "alert", tone: "failed" },
  WEBHOOK_RESUMED: { text: "Webhook resumed", icon: "play", tone: "success" },
  WEBHOOK_DELETED: { text: "Webhook deleted", icon: "ban", tone: "cancelled" },
  ALERT_OPENED: { text: "Alert opened", icon: "alert", tone: "failed" },
  ALERT_RESOLVED: { text: "Alert resolved", icon: "check", tone: "success" },
  ALERT_RULE_CHANGED: { text: "Alert rule changed", icon: "clock", tone: "plain" },
};

const KINDS = Object.keys(LABELS) as ClusterEventKind[];

export type Topic =
  | ("Tasks" | "Schedules" | "Nodes" | "Queues")
  | ("Alerts" | "Tokens" | "Webhooks");

export const TOPICS: Record<Topic, ClusterEventKind[]> = {
  Tasks: KINDS.filter((kind) => kind.startsWith("TASK_")),
  Schedules: KINDS.filter((kind) => /^(SCHEDULE|BACKFILL|TICK|CALENDAR)_/.test(kind)),
  Nodes: KINDS.filter((kind) => /^(NODE|FAULT)_/.test(kind)),
  Queues: KINDS.filter((kind) => /^(QUEUE|SCHEDULING)_/.test(kind)),
  Alerts: KINDS.filter((kind) => kind.startsWith("ALERT_")),
  Tokens: KINDS.filter((kind) => kind.startsWith("TOKEN_")),
  Webhooks: KINDS.filter((kind) => kind.startsWith("WEBHOOK_")),
};

/** The server may know more kinds than this version of the page. */
export function eventLabel(kind: string): Label {
  return LABELS[kind as ClusterEventKind] ?? { text: kind, icon: "activity", tone: "plain" };
}

const TICK_REASONS: Record<string, string> = {
  OVERLAP: "Skipped: previous run active",
  PAUSED: "Skipped: schedule paused",
  LIMIT: "Skipped: schedule completed",
};

/** The message of an event in words. */
export function eventMessage(event: { kind: string; message: string | null }): string {
  const { kind, message } = event;
  if (!message) return "";
  return kind.startsWith("TICK_") ? (TICK_REASONS[message] ?? message) : message;
}
