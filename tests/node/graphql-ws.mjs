// What graphql-ws makes of a server, as lines of JSON: node graphql-ws.mjs <url> <cursor>
// It follows the log from the cursor until its standard input ends.
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';

const [url, after] = process.argv.slice(2);
const say = (what, value) => console.log(JSON.stringify([what, value ?? null]));

const client = createClient({
  url,
  webSocketImpl: WebSocket,
  lazy: false,
  keepAlive: 200,
  retryAttempts: Infinity,
  // Also when nobody listens; what is fatal ends it all the same.
  shouldRetry: () => true,
  retryWait: () => new Promise((resolve) => setTimeout(resolve, 100)),
  on: {
    connected: () => say('connected'),
    closed: ({ code }) => say('closed', code),
    pong: (received) => received && say('pong'),
  },
});

const run = (name, payload) =>
  new Promise((resolve) => {
    client.subscribe(payload, {
      next: (answer) => say(name, answer),
      error: (errors) => resolve(say(`${name} failed`, errors)),
      complete: () => resolve(say(`${name} completed`)),
    });
  });

await run('query', { query: '{ __typename }' });
await run('mistake', { query: 'subscription { nothing }' });
await run('syntax', { query: '{' });

// Reconnecting, graphql-ws sends the same variables again: let them be where we are.
const variables = { after };
const query = `subscription Follow($after: String) {
  taskStatusChanged(after: $after) { cursor taskId version }
}`;
const dispose = client.subscribe(
  { query, variables },
  {
    next: ({ data, errors }) => {
      say('change', data?.taskStatusChanged ?? errors);
      if (data) variables.after = data.taskStatusChanged.cursor;
    },
    error: (error) => say('change failed', error),
    complete: () => say('change completed'),
  },
);

process.stdin.resume();
process.stdin.on('end', async () => {
  dispose();
  await client.dispose();
});
