// What a GraphQL library makes of a server, as lines of JSON:
//   node exercise.mjs <library> <url> <token> use      queries, changes and reads pages
//   node exercise.mjs <library> <url> <token> follow   follows the changes of tasks, through restarts
//                                                      of the server, until its standard input ends
const [library, url, token, scenario] = process.argv.slice(2);
const { connect } = await import(`./${library}.mjs`);
const { bearer } = await import('./websocket.mjs');
const say = (what, value) => console.log(JSON.stringify([what, value ?? null]));

const documents = {
  query: 'query Task($id: ID!) { task(id: $id) { id a b } }',
  mutation: `mutation Create($input: CreateTaskInput!) {
    createTask(input: $input) { task { id a b } errors { message } }
  }`,
  page: `query Page($first: Int!, $after: String) {
    tasks(first: $first, after: $after) {
      edges { cursor node { id a } } pageInfo { hasNextPage endCursor hasPreviousPage startCursor }
    }
  }`,
  subscription: `subscription Changes($after: String) {
    taskStatusChanged(after: $after) { cursor taskId version }
  }`,
};

const client = connect({ url, token, documents });

async function use() {
  const anonymous = connect({ url, documents });
  say('refused', (await anonymous.query({ id: 'VGFzazow' })).code);

  const { createTask } = await client.mutate({ input: { a: 1, b: 2 } });
  say('created', createTask.task);
  say('found', (await client.query({ id: createTask.task.id })).task);
  for (const a of [2, 3, 4, 5]) await client.mutate({ input: { a, b: 0 } });
  say('pages', await client.pages());
}

async function currentCursor() {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...bearer(token) },
    body: JSON.stringify({ query: '{ cluster { cursor } }' }),
  });
  return (await response.json()).data.cluster.cursor;
}

let after;
function follow() {
  client.subscribe(
    { after },
    {
      next({ taskStatusChanged: change }) {
        after = change.cursor;
        say('change', change);
      },
      end() {
        say('ended');
        setTimeout(follow, 100);
      },
    },
  );
}

if (scenario === 'use') {
  await use();
  process.exit();
}
after = await currentCursor();
say('following');
follow();
process.stdin.resume();
process.stdin.on('end', () => process.exit());
