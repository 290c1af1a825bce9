import { NodeFields } from "../../components/nodes/fields";
import { graphql, type ResultOf } from "../../lib/api/schema";

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
    id
    uuid
    a
    b
    status
    slots
    startedAt
    finishedAt
    queue {
      name
    }
  }
`);

/** The tasks that run on a node, and those that ended on it last. */
export const NodeTasks = graphql(
  `
    query NodeTasks($running: TaskWhere!, $ended: TaskWhere!, $first: Int!) {
      running: tasks(where: $running, first: $first) {
        nodes {
          ...BarFields
        }
      }
      ended: tasks(
        where: $ended
        orderBy: { field: FINISHED_AT, direction: DESC }
        first: $first
      ) {
        nodes {
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
export type BarTask = ResultOf<typeof BarFields>;
