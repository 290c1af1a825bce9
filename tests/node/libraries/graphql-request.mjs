import { ClientError, GraphQLClient } from 'graphql-request';
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
    async pages() {
      const found = [];
      let after = null;
      for (;;) {
        const { tasks } = await client.request(documents.page, { first: 2, after });
        found.push(...tasks.edges.map(({ node }) => node.a));
        if (!tasks.pageInfo.hasNextPage) return found;
        after = tasks.pageInfo.endCursor;
      }
    },
  };
}
