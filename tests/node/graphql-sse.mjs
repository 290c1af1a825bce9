// What graphql-sse makes of a server, as lines of JSON: node graphql-sse.mjs <url> <cursor>
// It follows the log from the cursor until its standard input ends.
import { createClient } from 'graphql-sse';

const [url, after] = process.argv.slice(2);
const say = (what, value) => console.log(JSON.stringify([what, value ?? null]));
const client = createClient({ url, retryAttempts: 0 });

const run = (name, payload) =>
  new Promise((resolve) => {
    client.subscribe(payload, {
      next: (answer) => say(name, answer),
      error: (errors) => resolve(say(`${name} failed`, String(errors))),
      complete: () => resolve(say(`${name} completed`)),
    });
  });

await run('query', { query: '{ __typename }' });
await run('mistake', { query: 'subscription { nothing }' });

const dispose = client.subscribe(
  {
    query: `subscription Follow($after: String) {
      taskStatusChanged(after: $after) { cursor taskId version }
    }`,
    variables: { after },
  },
  {
    next: ({ data, errors }) => say('change', data?.taskStatusChanged ?? errors),
    error: (error) => say('change failed', String(error)),
    complete: () => say('change completed'),
  },
);

process.stdin.resume();
process.stdin.on('end', () => {
  dispose();
  client.dispose();
});
