/** The connections to the GraphQL API: HTTP for queries and mutations, a WebSocket for live data. */

import { createClient } from "graphql-ws";
import { Client, fetchExchange, stringifyDocument, type TypedDocumentNode } from "urql";
import { noteConnection } from "./connection";
import { fetchInSession, noteExpired, sessionIsActive } from "./session";

const PATH = "/graphql/";
const KEEP_ALIVE_MS = 10_000;
const PONG_WITHIN_MS = 5_000;
const RETRY_MS_MIN = 200;
const RETRY_MS_MAX = 3_000;
/** Close codes of the server: the session was never valid, or is no longer. */
const UNAUTHORIZED = new Set([4401, 4403]);

let pongTimer: ReturnType<typeof setTimeout> | undefined;

export const socket = createClient({
  url: location.origin.replace(/^http/, "ws") + PATH,
  retryAttempts: Infinity,
  shouldRetry: () => true,
  async retryWait(retries) {
    await sessionIsActive();
    // Random, so that not all clients reconnect at once after a restart.
    const wait = Math.min(RETRY_MS_MIN * 2 ** retries, RETRY_MS_MAX) * (0.5 + Math.random() / 2);
    await new Promise((resolve) => setTimeout(resolve, wait));
  },
  keepAlive: KEEP_ALIVE_MS,
  on: {
    connected: () => noteConnection("live"),
    message: () => noteConnection("live"),
    closed: (event) => {
      clearTimeout(pongTimer);
      if (UNAUTHORIZED.has((event as CloseEvent).code)) noteExpired();
      noteConnection("lost");
    },
    // A peer that vanishes without closing the connection sends no pong.
    ping: (received) => {
      if (!received) pongTimer = setTimeout(() => socket.terminate(), PONG_WITHIN_MS);
    },
    pong: () => clearTimeout(pongTimer),
  },
});

export const client = new Client({
  url: PATH,
  preferGetMethod: false,
  fetch: fetchInSession,
  requestPolicy: "network-only",
  exchanges: [fetchExchange],
});

// biome-ignore lint/suspicious/noExplicitAny: documents of all results and variables.
export type AnyDocument = TypedDocumentNode<any, any>;

/** The URL of GraphiQL with an operation filled in. The operation is in the hash: no server sees it. */
export function graphiqlUrl(document: AnyDocument, variables: object = {}) {
  const query = stringifyDocument(document);
  return `${PATH}#${new URLSearchParams({ query, variables: JSON.stringify(variables, null, 2) })}`;
}
