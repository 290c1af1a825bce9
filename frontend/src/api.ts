/** The API: queries and mutations over HTTP, subscriptions over one WebSocket, whose state is told. */

import { createClient } from "graphql-ws";
import { useSyncExternalStore } from "react";
import {
  Client,
  type CombinedError,
  fetchExchange,
  stringifyDocument,
  subscriptionExchange,
  type TypedDocumentNode,
} from "urql";
import type { UserError } from "./schema";
import { fetchInSession, logIn } from "./session";

const PATH = "/graphql/";
const PONG_WITHIN_MS = 5_000;
const RETRY_MS_MAX = 3_000;
/** Not let in, and not any more. */
const UNAUTHORIZED = new Set([4403, 4401]);

export type Connection = {
  state: "connecting" | "live" | "lost";
  /** When anything came over the socket last, in milliseconds since 1970. */
  heardAt: number;
};

let connection: Connection = { state: "connecting", heardAt: Date.now() };
const watchers = new Set<() => void>();
let pongDue: ReturnType<typeof setTimeout> | undefined;

function note(state: Connection["state"]) {
  const before = connection.state;
  connection = { state, heardAt: state === "live" ? Date.now() : connection.heardAt };
  if (before !== state) for (const tell of watchers) tell();
}

function watch(tell: () => void) {
  watchers.add(tell);
  return () => {
    watchers.delete(tell);
  };
}

export function useConnection(): Connection {
  const state = useSyncExternalStore(watch, () => connection.state);
  return { state, heardAt: connection.heardAt };
}

export const socket = createClient({
  url: location.origin.replace(/^http/, "ws") + PATH,
  retryAttempts: Infinity,
  shouldRetry: () => true,
  // Not all at once after a restart.
  retryWait: (retries) =>
    new Promise((resolve) => {
      setTimeout(resolve, Math.min(200 * 2 ** retries, RETRY_MS_MAX) * (0.5 + Math.random() / 2));
    }),
  keepAlive: 10_000,
  on: {
    connected: () => note("live"),
    message: () => note("live"),
    closed: (event) => {
      clearTimeout(pongDue);
      if (UNAUTHORIZED.has((event as CloseEvent).code)) logIn();
      note("lost");
    },
    // A peer that vanished closes nothing.
    ping: (received) => {
      if (!received) pongDue = setTimeout(() => socket.terminate(), PONG_WITHIN_MS);
    },
    pong: () => clearTimeout(pongDue),
  },
});

export const client = new Client({
  url: PATH,
  preferGetMethod: false,
  fetch: fetchInSession,
  requestPolicy: "network-only",
  exchanges: [
    fetchExchange,
    subscriptionExchange({
      forwardSubscription: ({ query, variables }) => ({
        subscribe: (sink) => ({
          unsubscribe: socket.subscribe({ query: query ?? "", variables }, sink),
        }),
      }),
    }),
  ],
});

/** What went wrong, as a sentence for people. */
export function explain(error: CombinedError): string {
  if (error.networkError) return "The cluster does not answer. Trying again.";
  return error.graphQLErrors.map((each) => each.message).join(" ");
}

type Payloads = Record<string, { errors: UserError[] }>;

/** Do one thing. What was refused and what went wrong are errors alike; those have no field. */
export async function act<Data extends Payloads, Variables extends object>(
  document: TypedDocumentNode<Data, Variables>,
  variables: Variables,
): Promise<{ payload?: Data[keyof Data]; errors: UserError[] }> {
  const { data, error } = await client.mutation(document, variables).toPromise();
  if (error || !data) {
    const message = error?.networkError
      ? "The cluster does not answer. Nothing is known to have changed."
      : error
        ? explain(error)
        : "There was no answer.";
    return { errors: [{ field: [], message }] };
  }
  const payload = Object.values(data)[0] as Data[keyof Data];
  return { payload, errors: payload.errors };
}

/** Where GraphiQL opens with this operation. Nothing of it is sent to a server. */
export function graphiqlUrl(
  document: TypedDocumentNode<any, any> | string,
  variables: object = {},
) {
  const query = typeof document === "string" ? document : stringifyDocument(document);
  return `${PATH}#${new URLSearchParams({ query, variables: JSON.stringify(variables, null, 2) })}`;
}
