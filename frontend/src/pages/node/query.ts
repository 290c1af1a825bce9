import { NodeFields } from "../../components/nodes/fields";
import { graphql, type ResultOf, type TaskStatus } from "../../lib/api/schema";

export const NodeSubscription = graphql(
  `
    subscription Node {
      cluster(intervalMs: 1000) {
        queues {
          name
        }
        workerNodes {
          ...NodeFields
          lostAt
          stats(window: FIVE_MINUTES) {
            perSecond
            succeeded
            failed
            cancelled
            runTime {
              p50
              p95
              p99
            }
          }
        }
      }
    }
  `,
  [NodeFields],
);

const BarFields = graphql(`
  fragment BarFields on Task {
    uuid
    a
    b
    slots
    queue {
      name
    }
  }
`);

/** The tasks that run on a node, and the runs that ended on it last. */
export const NodeTasks = graphql(
  `
    query NodeTasks($name: String!, $running: TaskWhere!, $runs: Int!) {
      tasks(where: $running, first: 100) {
        nodes {
          ...BarFields
          status
          startedAt
        }
      }
      nodeRuns(workerNode: $name, first: $runs) {
        status
        startedAt
        finishedAt
        task {
          ...BarFields
        }
      }
    }
  `,
  [BarFields],
);

export const NodeEvents = graphql(`
  query NodeEvents($kinds: [ClusterEventKind!]!) {
    clusterEvents(count: 100, kinds: $kinds) {
      events {
        cursor
        kind
        at
        actor
        message
        taskCount
        workerNode {
          name
        }
      }
    }
  }
`);

export type Node = ResultOf<typeof NodeSubscription>["cluster"]["workerNodes"][number];

/** A run as a bar of the chart: one that ended, or one that has not. */
export type BarRun = ResultOf<typeof BarFields> & {
  status: TaskStatus;
  startedAt: string | null;
  finishedAt: string | null;
};

/** All runs whose tasks still exist. */
export function runsOf({ tasks, nodeRuns }: ResultOf<typeof NodeTasks>): BarRun[] {
  const ended = nodeRuns.flatMap(({ task, ...run }) => (task ? [{ ...task, ...run }] : []));
  return [...ended, ...tasks.nodes.map((task) => ({ ...task, finishedAt: null }))];
}
