/** An Apollo client that sends every operation over one WebSocket, and resumes subscriptions. */

import { ApolloClient, ApolloLink, InMemoryCache, Observable } from "@apollo/client";
import { initGraphQLTada } from "gql.tada";
import { print } from "graphql";
import { createClient } from "graphql-ws";
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

const link = new ApolloLink(({ query, variables, operationName }) => {
  // graphql-ws sends these variables again when it reconnects, so the newest cursor is kept here.
  const current: Record<string, unknown> = { ...variables };
  return new Observable((observer) =>
    socket.subscribe<Record<string, unknown>>(
      { query: print(query), variables: current, operationName },
      {
        next(result) {
          const cursor = cursorOf(result.data);
          if (cursor) current.after = cursor;
          observer.next(result as ApolloLink.Result);
        },
        error: (error) => observer.error(error),
        complete: () => observer.complete(),
      },
    ),
  );
});

export const client = new ApolloClient({ link, cache: new InMemoryCache() });

function cursorOf(data: Record<string, unknown> | null | undefined): string | undefined {
  const change = data?.taskStatusChanged as { cursor?: string } | undefined;
  return change?.cursor;
}
