/** All about one task: queried once, then pushed with each of its changes. */

import { useLiveQuery, useLiveSubscription } from "../../lib/api/live";
import { graphql, type ResultOf } from "../../lib/api/schema";

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
    failAttempts
    retryBackoffMs
    concurrencyKey
    concurrencyLimit
    run
    attempt
    version
    createdAt
    updatedAt
    startedAt
    finishedAt
    runAt
    dueAt
    expiresAt
    cancelRequestedAt
    queueTimeMs
    runTimeMs
    celeryTaskId
    idempotencyKey
    isOverlapping
    scheduledFor
    slots
    pending {
      reason
      message
      tasksAhead
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
      recurrence {
        interval
        text
      }
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

export const TaskQuery = graphql(
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

export type Task = ResultOf<typeof TaskDetails>;

/** The newest known state of a task; undefined until it is known, null if there is no such task. */
export function useTask(id: string) {
  // What a pending task waits for depends on other tasks, and no change of its own announces it.
  const query = useLiveQuery(TaskQuery, { id }, (_, data) => data?.task?.status === "PENDING");
  const changes = useLiveSubscription(TaskChanges, { id });
  const pushed = changes.data?.taskStatusChanged.task;
  const answered = query.data?.task;
  const task = answered && pushed && pushed.version > answered.version ? pushed : answered;
  return { task, error: query.error };
}
