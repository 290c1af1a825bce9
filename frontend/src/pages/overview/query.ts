import { graphql, type ResultOf, type VariablesOf } from "../../lib/api/schema";

export const OverviewSubscription = graphql(`
  subscription Overview($range: StatsWindow!) {
    cluster(everyMs: 1000) {
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
      load(window: MINUTE) {
        perSecond
        failed
        wait {
          p50
          p95
        }
      }
      spans(window: $range) {
        at
        load {
          perSecond
          failed
          wait {
            p50
            p95
          }
        }
      }
      workerNodes {
        name
        connection
        scheduling
        stopRequestedAt
        slots
        busySlots
        load(window: MINUTE) {
          perSecond
        }
      }
    }
  }
`);

export type Cluster = ResultOf<typeof OverviewSubscription>["cluster"];
export type Range = VariablesOf<typeof OverviewSubscription>["range"];
