// Apollo's link for persisted queries: node apollo-persisted.mjs <url> <count>
// It sends the same query several times, and prints each request and each response as JSON.
import { createHash } from 'node:crypto';
import { ApolloClient, ApolloLink, HttpLink, InMemoryCache, gql } from '@apollo/client';
import { PersistedQueryLink } from '@apollo/client/link/persisted-queries';

const [url, count] = process.argv.slice(2);
const say = (what, value) => console.log(JSON.stringify([what, value]));

function noted(input, init) {
  const sent = init.body ? JSON.parse(init.body) : new URL(input).searchParams;
  const query = init.body ? sent.query : sent.get('query');
  say('request', { method: init.method, hasText: Boolean(query) });
  return fetch(input, init);
}

const client = new ApolloClient({
  cache: new InMemoryCache(),
  link: ApolloLink.from([
    new PersistedQueryLink({
      sha256: (text) => createHash('sha256').update(text).digest('hex'),
      useGETForHashedQueries: true,
    }),
    new HttpLink({ uri: url, fetch: noted }),
  ]),
});
const query = gql('query Name { viewer { name } }');
for (let number = 0; number < Number(count); number++) {
  say('response', (await client.query({ query, fetchPolicy: 'network-only' })).data);
}
