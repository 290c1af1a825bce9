/** The number of things that need an operator's attention, known on every page. */

import { createStore, useStore } from "./store";

export const attentionCount = createStore(0);

export function useAttentionCount(): number {
  return useStore(attentionCount);
}
