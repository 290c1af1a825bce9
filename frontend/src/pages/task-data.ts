/** All that is told of one task, asked once and then pushed with each of its changes. */

import { useSubscription } from "urql";
import { useLive } from "../log";
import { graphql, type ResultOf } from "../schema";

const TaskDetails = graphql(`
  fragment TaskDetails on Task {
    id
    uuid
    a
    b
    result
    status
    isTerminal
    failedMessage
    priority
    durationMs
    maxAttempts
    run
    attempt
    version
    createdAt
    updatedAt
    startedAt
    finishedAt
    runAt
    expiresAt
    cancelRequestedAt
    waitMs
    runMs
    celeryTaskId
    idempotencyKey
    slots
    pending {
      reason
      message
      ahead
      estimatedStartAt
    }
    queue {
      name
    }
    workerNode {
      name
    }
    schedule {
      uuid
      interval
    }
    results(first: 20) {
      id
      result
      run
      attempt
      createdAt
      workerNode {
        name
      }
    }
    history(last: 100) {
      cursor
      kind
      at
      previousStatus
      status
      version
      attempt
      message
      workerNode {
        name
      }
    }
  }
`);

export const TaskPage = graphql(
  `
    query Task($id: ID!) {
      task(id: $id) {
        ...TaskDetails
      }
    }
  `,
  [TaskDetails],
);

const TaskChanges = graphql(
  `
    subscription TaskChanges($id: ID!) {
      taskStatusChanged(where: { ids: [$id] }) {
        taskId
        task {
          ...TaskDetails
        }
      }
    }
  `,
  [TaskDetails],
);

export type Details = ResultOf<typeof TaskDetails>;

/** The newest that is known of a task; null if it is not there. */
export function useTask(id: string) {
  // What it waits for depends on others, and no change of its own tells of it.
  const asked = useLive(TaskPage, { id }, (_, data) => data?.task?.status === "PENDING");
  const [{ data }] = useSubscription({ query: TaskChanges, variables: { id } });
  const pushed = data?.taskStatusChanged.task;
  const answered = asked.data?.task;
  const task = answered && pushed && pushed.version > answered.version ? pushed : answered;
  return { task, error: asked.error };
}
