/** A urql client that sends every operation over one WebSocket, and resumes subscriptions. */

import { initGraphQLTada } from "gql.tada";
import { createClient, type ExecutionResult } from "graphql-ws";
import { Client, cacheExchange, subscriptionExchange } from "urql";
import type { introspection } from "./graphql-env";

export const graphql = initGraphQLTada<{
  introspection: introspection;
  scalars: { BigInt: string; DateTime: string; ID: string; UUID: string };
}>();

// VITE_API_URL names a cluster on another origin; CORS_ALLOWED_ORIGINS there must name this page's.
const url =
  import.meta.env.VITE_API_URL ?? `${location.origin.replace("http", "ws")}/graphql/`;
const token: string | undefined = import.meta.env.VITE_API_TOKEN;

const socket = createClient({
  url,
  connectionParams: token ? { Authorization: `Bearer ${token}` } : undefined,
  keepAlive: 10_000,
  retryAttempts: Number.POSITIVE_INFINITY,
  shouldRetry: () => true,
});

export const client = new Client({
  url,
  exchanges: [
    cacheExchange,
    subscriptionExchange({
      enableAllOperations: true,
      forwardSubscription: ({ query = "", variables }) => {
        // graphql-ws sends these variables again when it reconnects, so the newest cursor is kept here.
        const current: Record<string, unknown> = { ...variables };
        return {
          subscribe(sink) {
            const unsubscribe = socket.subscribe(
              { query, variables: current },
              {
                next(result: ExecutionResult<Record<string, unknown>>) {
                  const cursor = cursorOf(result.data);
                  if (cursor) current.after = cursor;
                  sink.next(result as Parameters<typeof sink.next>[0]);
                },
                error: (error) => sink.error(error),
                complete: () => sink.complete(),
              },
            );
            return { unsubscribe };
          },
        };
      },
    }),
  ],
});

function cursorOf(data: Record<string, unknown> | null | undefined): string | undefined {
  const change = data?.taskStatusChanged as { cursor?: string } | undefined;
  return change?.cursor;
}
