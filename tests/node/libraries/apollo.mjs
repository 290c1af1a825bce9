import { ApolloClient, ApolloLink, HttpLink, InMemoryCache, gql } from '@apollo/client';
import { CombinedGraphQLErrors } from '@apollo/client/errors';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { relayStylePagination } from '@apollo/client/utilities';
import { OperationTypeNode } from 'graphql';
import { bearer, webSocket } from './websocket.mjs';

export function connect({ url, token, documents }) {
  const socket = webSocket({ url, token });
  const client = new ApolloClient({
    cache: new InMemoryCache({
      typePolicies: { Query: { fields: { tasks: relayStylePagination() } } },
    }),
    link: ApolloLink.split(
      ({ operationType }) => operationType === OperationTypeNode.SUBSCRIPTION,
      new GraphQLWsLink(socket),
      new HttpLink({ uri: url, headers: bearer(token) }),
    ),
  });
  const code = (error) =>
    CombinedGraphQLErrors.is(error) ? error.errors[0].extensions.code : String(error);
  return {
    query: (variables) =>
      client.query({ query: gql(documents.query), variables }).then(
        ({ data }) => data,
        (error) => ({ code: code(error) }),
      ),
    mutate: async (variables) =>
      (await client.mutate({ mutation: gql(documents.mutation), variables })).data,
    // The cache merges the pages into one list.
    async pages() {
      const page = { query: gql(documents.page), variables: { first: 2 } };
      const watched = client.watchQuery(page);
      let { pageInfo } = (await client.query(page)).data.tasks;
      while (pageInfo.hasNextPage) {
        const more = await watched.fetchMore({ variables: { after: pageInfo.endCursor } });
        ({ pageInfo } = more.data.tasks);
      }
      const { tasks } = client.readQuery(page);
      return tasks.edges.map(({ node }) => node.a);
    },
    // An error arrives by `next`, and then the subscription is complete.
    subscribe: (variables, { next, end }) =>
      client.subscribe({ query: gql(documents.subscription), variables }).subscribe({
        next: ({ data }) => data && next(data),
        complete: end,
      }),
  };
}
