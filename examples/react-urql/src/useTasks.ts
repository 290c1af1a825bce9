/** Hooks: the newest tasks, kept current, and the creation of a task. */

import type { ResultOf } from "gql.tada";
import { useEffect } from "react";
import { type CombinedError, useMutation, useQuery, useSubscription } from "urql";
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

export type Task = ResultOf<typeof Newest>["tasks"]["nodes"][number];
type Change = ResultOf<typeof Follow>;
/** The tasks of a query, with the changes after its cursor. */
type Current = { after?: string; tasks: Task[] };

/** Return the newest tasks, with each change. They are undefined until the first answer. */
export function useTasks(): { tasks?: Task[]; error?: Error } {
  const [newest, query] = useQuery({ query: Newest });
  const queried: Current | undefined = newest.data && {
    after: newest.data.tasks.cursor,
    tasks: newest.data.tasks.nodes,
  };
  const after = queried?.after;
  const [live] = useSubscription<Change, Current, { after?: string }>(
    { query: Follow, variables: { after }, pause: !after },
    (previous, { taskStatusChanged: { task } }) => {
      const known = previous && previous.after === after ? previous : queried;
      const tasks = known?.tasks ?? [];
      return { after, tasks: task ? merge(tasks, task) : tasks };
    },
  );
  // The server no longer has all changes after the cursor. The query has a new one.
  const gap = isGap(live.error);
  useEffect(() => {
    if (gap) query({ requestPolicy: "network-only" });
  }, [gap, query]);
  const current = live.data?.after === after ? live.data : queried;
  return { tasks: current?.tasks, error: newest.error ?? (gap ? undefined : live.error) };
}

/** Return a function that creates a task, and what is wrong with the last one. */
export function useCreateTask(): [(a: string, b: string) => void, string | undefined] {
  const [{ data, error }, create] = useMutation(Create);
  return [
    (a, b) => void create({ input: { a, b } }),
    error?.message ?? data?.createTask.errors[0]?.message,
  ];
}

/** Return the tasks with one replaced or added, newest first. Older versions change nothing. */
function merge(tasks: Task[], task: Task): Task[] {
  const known = tasks.find(({ id }) => id === task.id);
  if (!known) return [task, ...tasks].slice(0, 20);
  if (known.version > task.version) return tasks;
  return tasks.map((each) => (each.id === task.id ? task : each));
}

function isGap(error: CombinedError | undefined): boolean {
  return error?.graphQLErrors.some(({ extensions }) => extensions.code === "STREAM_GAP") ?? false;
}
