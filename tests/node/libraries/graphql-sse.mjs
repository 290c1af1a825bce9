import { createClient } from 'graphql-sse';
import { allPages } from './pages.mjs';
import { bearer } from './websocket.mjs';

export function connect({ url, token, documents }) {
  const client = createClient({ url: `${url}stream/`, headers: bearer(token), retryAttempts: 0 });
  const request = async (query, variables) => {
    for await (const { data } of client.iterate({ query, variables })) return data;
  };
  const refusal = async ({ response }) => (await response.json()).errors[0].extensions;
  return {
    query: (variables) => request(documents.query, variables).catch(refusal),
    mutate: (variables) => request(documents.mutation, variables),
    pages: () => allPages((variables) => request(documents.page, variables)),
    subscribe: (variables, { next, end }) =>
      client.subscribe(
        { query: documents.subscription, variables },
        { next: ({ data }) => next(data), error: end, complete: end },
      ),
  };
}
