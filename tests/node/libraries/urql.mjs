import { Client, fetchExchange, subscriptionExchange } from '@urql/core';
import { cacheExchange } from '@urql/exchange-graphcache';
import { relayPagination } from '@urql/exchange-graphcache/extras';
import { bearer, webSocket } from './websocket.mjs';

export function connect({ url, token, documents }) {
  const socket = webSocket({ url, token });
  const client = new Client({
    url,
    preferGetMethod: false,
    fetchOptions: { headers: bearer(token) },
    exchanges: [
      cacheExchange({
        keys: { PageInfo: () => null },
        resolvers: { Query: { tasks: relayPagination() } },
      }),
      fetchExchange,
      subscriptionExchange({
        forwardSubscription: (operation) => ({
          subscribe: (sink) => ({ unsubscribe: socket.subscribe(operation, sink) }),
        }),
      }),
    ],
  });
  return {
    async query(variables) {
      const { data, error } = await client.query(documents.query, variables).toPromise();
      return error ? { code: error.graphQLErrors[0]?.extensions.code } : data;
    },
    mutate: async (variables) =>
      (await client.mutation(documents.mutation, variables).toPromise()).data,
    async pages() {
      let after = null;
      for (;;) {
        const { data } = await client.query(documents.page, { first: 2, after }).toPromise();
        const { edges, pageInfo } = data.tasks;
        if (!pageInfo.hasNextPage) return edges.map(({ node }) => node.a);
        after = pageInfo.endCursor;
      }
    },
    subscribe(variables, { next, end }) {
      const { unsubscribe } = client
        .subscription(documents.subscription, variables)
        .subscribe(({ data, error }) => (error ? end(error) : next(data)));
      return { unsubscribe };
    },
  };
}
