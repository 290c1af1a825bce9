import type { ResultOf } from "gql.tada";
import { useState } from "react";
import { useMutation, useQuery, useSubscription } from "urql";
import { graphql } from "./api";

const Newest = graphql(`
  query Newest {
    tasks(first: 20) { cursor nodes { id a b status version result } }
  }
`);
const Follow = graphql(`
  subscription Follow($after: String) {
    taskStatusChanged(after: $after) {
      cursor
      task { id a b status version result }
    }
  }
`);
const Create = graphql(`
  mutation Create($input: CreateTaskInput!) {
    createTask(input: $input) { task { id } errors { field message } }
  }
`);

type Task = ResultOf<typeof Newest>["tasks"]["nodes"][number];
type Change = ResultOf<typeof Follow>;

/** Return the tasks with one replaced or added, newest first. Older versions change nothing. */
function merge(tasks: Task[], task: Task): Task[] {
  const known = tasks.find(({ id }) => id === task.id);
  if (!known) return [task, ...tasks].slice(0, 20);
  if (known.version > task.version) return tasks;
  return tasks.map((each) => (each.id === task.id ? task : each));
}

export function Tasks() {
  const [newest] = useQuery({ query: Newest });
  if (newest.error) return <p role="alert">{newest.error.message}</p>;
  if (!newest.data) return <p>Loading …</p>;
  return <LiveTasks initial={newest.data.tasks.nodes} cursor={newest.data.tasks.cursor} />;
}

/** The tasks of the query, kept current by the changes after its cursor. */
function LiveTasks({ initial, cursor }: { initial: Task[]; cursor: string }) {
  const [live] = useSubscription<Change, Task[], { after: string }>(
    { query: Follow, variables: { after: cursor } },
    (tasks = initial, { taskStatusChanged: { task } }) => (task ? merge(tasks, task) : tasks),
  );
  const tasks = live.data ?? initial;
  return (
    <main>
      <h1>Tasks</h1>
      <NewTask />
      {live.error && <p role="alert">{live.error.message}</p>}
      <table>
        <thead>
          <tr><th>Task</th><th>Status</th><th>Result</th></tr>
        </thead>
        <tbody>
          {tasks.map(({ id, a, b, status, result }) => (
            <tr key={id}><td>{a} + {b}</td><td>{status}</td><td>{result}</td></tr>
          ))}
        </tbody>
      </table>
    </main>
  );
}

function NewTask() {
  const [a, setA] = useState("2");
  const [b, setB] = useState("3");
  const [created, create] = useMutation(Create);
  const problem = created.error?.message ?? created.data?.createTask.errors[0]?.message;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void create({ input: { a, b } });
      }}
    >
      <label>A <input value={a} onChange={(event) => setA(event.target.value)} /></label>
      <label>B <input value={b} onChange={(event) => setB(event.target.value)} /></label>
      <button type="submit">Create task</button>
      {problem && <p role="alert">{problem}</p>}
    </form>
  );
}
