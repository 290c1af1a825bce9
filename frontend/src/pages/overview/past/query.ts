import { graphql, type ResultOf } from "../../../lib/api/schema";

export const PastQuery = graphql(`
  query PastCluster($at: DateTime!) {
    clusterAt(at: $at) {
      at
      statusCounts {
        status
        count
      }
      queues {
        name
        paused
        statusCounts {
          status
          count
        }
      }
      workerNodes {
        name
        connection
        scheduling
      }
    }
  }
`);

export type PastCluster = ResultOf<typeof PastQuery>["clusterAt"];
export type PastQueue = PastCluster["queues"][number];
