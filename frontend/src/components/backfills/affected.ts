import type { ClusterEvent } from "../../lib/api/events";

/** Whether an event may concern a backfill, or its tasks in one of these queues. */
export function affectsBackfills(event: ClusterEvent, queues: (string | undefined)[]): boolean {
  if (event.kind.startsWith("BACKFILL_")) return true;
  return event.taskCount > 0 && queues.includes(event.queue ?? "");
}
