import type { ClusterEvent } from "../../lib/api/events";
import type { ClusterEventKind } from "../../lib/api/schema";

/** Each event once, in order: the newest ones, up to a maximum. */
export function mergeEvents(
  earlier: readonly ClusterEvent[],
  later: readonly ClusterEvent[],
  limit: number,
): ClusterEvent[] {
  const byCursor = new Map([...earlier, ...later].map((event) => [event.cursor, event]));
  return [...byCursor.values()].slice(-limit);
}

export function ofKinds(
  events: readonly ClusterEvent[],
  kinds: readonly ClusterEventKind[] | undefined,
): ClusterEvent[] {
  return events.filter(({ kind }) => !kinds || kinds.includes(kind));
}
