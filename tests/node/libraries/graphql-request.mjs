import { ClientError, GraphQLClient } from 'graphql-request';
import { allPages } from './pages.mjs';
import { bearer } from './websocket.mjs';

export function connect({ url, token, documents }) {
  const client = new GraphQLClient(url, { headers: bearer(token) });
  return {
    query: (variables) =>
      client.request(documents.query, variables).catch((error) => {
        if (!(error instanceof ClientError)) throw error;
        return { code: error.response.errors[0].extensions.code };
      }),
    mutate: (variables) => client.request(documents.mutation, variables),
    pages: () => allPages((variables) => client.request(documents.page, variables)),
  };
}
