import { allPages } from './pages.mjs';
import { webSocket } from './websocket.mjs';

export function connect({ url, token, documents }) {
  const client = webSocket({ url, token });
  const request = async (query, variables) => {
    for await (const { data } of client.iterate({ query, variables })) return data;
  };
  return {
    // Without a token the server closes the socket.
    query: (variables) => request(documents.query, variables).catch(({ code }) => ({ code })),
    mutate: (variables) => request(documents.mutation, variables),
    pages: () => allPages((variables) => request(documents.page, variables)),
    subscribe: (variables, { next, end }) =>
      client.subscribe(
        { query: documents.subscription, variables },
        { next: ({ data }) => next(data), error: end, complete: end },
      ),
  };
}
