/** Hooks: the newest tasks, kept current, and the creation of a task. */

import { CombinedGraphQLErrors } from "@apollo/client/errors";
import { useMutation, useQuery, useSubscription } from "@apollo/client/react";
import type { ResultOf } from "gql.tada";
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

/** Return the newest tasks, with each change. They are undefined until the first answer. */
export function useTasks(): { tasks?: Task[]; error?: Error } {
  const { data, error, refetch } = useQuery(Newest);
  const after = data?.tasks.cursor;
  const live = useSubscription(Follow, {
    variables: { after },
    skip: !after,
    // `merge` compares versions, which the cache does not.
    fetchPolicy: "no-cache",
    onData({ client, data: { data: change } }) {
      const task = change?.taskStatusChanged.task;
      if (!task) return;
      client.cache.updateQuery({ query: Newest }, (known) =>
        known && { tasks: { ...known.tasks, nodes: merge(known.tasks.nodes, task) } },
      );
    },
    // The server no longer has all changes after the cursor. The query has a new one.
    onError: (problem) => void (isGap(problem) && refetch()),
  });
  return { tasks: data?.tasks.nodes, error: error ?? (isGap(live.error) ? undefined : live.error) };
}

/** Return a function that creates a task, and what is wrong with the last one. */
export function useCreateTask(): [(a: string, b: string) => void, string | undefined] {
  const [create, { data, error }] = useMutation(Create);
  return [
    (a, b) => void create({ variables: { input: { a, b } } }).catch(() => undefined),
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

function isGap(error: unknown): boolean {
  return (
    CombinedGraphQLErrors.is(error) &&
    error.errors.some(({ extensions }) => extensions?.code === "STREAM_GAP")
  );
}
