/** The number of things that need an operator's attention, known on every page. */

import { createStore, useStore } from "./store";

export const attentionCount = createStore(0);

export function useAttentionCount(): number {
  return useStore(attentionCount);
}

type Item = {
  kind: string;
  message: string;
  queue: string | null;
  slots: number | null;
  workerNode: { name: string } | null;
  taskSchedule: { uuid: string } | null;
};

/** Names an item: its message may change while it stays the same. */
export function keyOf({ kind, message, queue, slots, workerNode, taskSchedule }: Item): string {
  const subject = [queue, slots, workerNode?.name, taskSchedule?.uuid];
  // The message names a webhook.
  return [kind, ...(kind === "WEBHOOK_STOPPED" ? [message] : subject)].join();
}
