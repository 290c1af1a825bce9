import { graphql, type ResultOf, type VariablesOf } from "../../lib/api/schema";

export const TimeSeriesSubscription = graphql(`
  subscription TimeSeries(
    $range: TimeRangeInput!
    $groupBy: TimeSeriesGrouping
    $queue: String
    $workerNode: String
    $intervalMs: Int!
  ) {
    cluster(intervalMs: $intervalMs) {
      timeSeries(range: $range, groupBy: $groupBy, queue: $queue, workerNode: $workerNode) {
        periodSeconds
        starts
        groups {
          name
          succeeded
          failed
          cancelled
          perSecond
          queueTime {
            p50
            p95
            p99
          }
          runTime {
            p50
            p95
            p99
          }
          pending
          busySlots
          slots
        }
        operations {
          cursor
          kind
          at
          actor
          message
          queue
          workerNode {
            name
          }
        }
      }
    }
  }
`);

export type Data = ResultOf<typeof TimeSeriesSubscription>["cluster"]["timeSeries"];
export type Group = Data["groups"][number];
export type Operation = Data["operations"][number];
export type Grouping = NonNullable<VariablesOf<typeof TimeSeriesSubscription>["groupBy"]>;
