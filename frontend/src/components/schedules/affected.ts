import type { ClusterEvent } from "../../lib/api/events";

/** Whether an event may concern a schedule, or the task of a schedule in one of these queues. */
export function affectsSchedules(event: ClusterEvent, queues: (string | undefined)[]): boolean {
  if (event.scheduleIds.length) return true;
  return event.taskCount > 0 && queues.includes(event.queue ?? "");
}
