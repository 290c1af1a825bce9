/** The state of the WebSocket that carries all live data. */

import { createStore, useStore } from "../store";

export type ConnectionState = "connecting" | "live" | "lost";

const state = createStore<ConnectionState>("connecting");
/** When the last message arrived, in milliseconds since 1970. */
let lastMessageAt = Date.now();

export function noteConnection(next: ConnectionState) {
  if (next === "live") lastMessageAt = Date.now();
  state.set(next);
}

/** The state, and how old the data on screen is if the connection is lost. */
export function useConnection(): { state: ConnectionState; lastMessageAt: number } {
  return { state: useStore(state), lastMessageAt };
}
