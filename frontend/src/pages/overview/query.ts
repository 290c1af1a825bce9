import { graphql, type ResultOf } from "../../lib/api/schema";

export const OverviewSubscription = graphql(`
  subscription Overview {
    cluster(intervalMs: 1000) {
      statusCounts {
        status
        count
      }
      oldestPendingMs
      attention {
        kind
        message
        count
        since
        queue
        slots
        workerNode {
          name
        }
        taskSchedule {
          uuid
        }
      }
      stats(window: MINUTE) {
        perSecond
        failed
        queueTime {
          p50
          p95
        }
      }
      workerNodes {
        name
        connection
        scheduling
        stopRequestedAt
        slots
        busySlots
        stats(window: MINUTE) {
          perSecond
        }
      }
    }
  }
`);

export type Cluster = ResultOf<typeof OverviewSubscription>["cluster"];
