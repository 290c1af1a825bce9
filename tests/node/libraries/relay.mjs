import { Environment, Network, Observable, RecordSource, Store, commitMutation, fetchQuery, requestSubscription } from 'relay-runtime';
import changes from './__generated__/relayChangesSubscription.graphql.js';
import create from './__generated__/relayCreateMutation.graphql.js';
import page from './__generated__/relayPageQuery.graphql.js';
import task from './__generated__/relayTaskQuery.graphql.js';
import { bearer, webSocket } from './websocket.mjs';

export function connect({ url, token }) {
  const socket = webSocket({ url, token });
  const request = async ({ text, name }, variables) => {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', ...bearer(token) },
      body: JSON.stringify({ query: text, operationName: name, variables }),
    });
    return response.json();
  };
  const subscribe = ({ text, name }, variables) =>
    Observable.create((sink) =>
      socket.subscribe({ query: text, operationName: name, variables }, sink),
    );
  const environment = new Environment({
    network: Network.create(request, subscribe),
    store: new Store(new RecordSource()),
  });
  return {
    query: (variables) =>
      fetchQuery(environment, task, variables)
        .toPromise()
        .catch((error) => ({ code: error.source.errors[0].extensions.code })),
    mutate: (variables) =>
      new Promise((onCompleted, onError) =>
        commitMutation(environment, { mutation: create, variables, onCompleted, onError }),
      ),
    // The store merges the pages into one connection.
    async pages() {
      let after = null;
      for (;;) {
        const { tasks } = await fetchQuery(environment, page, { first: 2, after }).toPromise();
        const { edges, pageInfo } = tasks;
        if (!pageInfo.hasNextPage) return edges.map(({ node }) => node.a);
        after = pageInfo.endCursor;
      }
    },
    subscribe(variables, { next, end }) {
      const { dispose } = requestSubscription(environment, {
        subscription: changes,
        variables,
        onNext: next,
        onError: end,
        onCompleted: end,
      });
      return { unsubscribe: dispose };
    },
  };
}
