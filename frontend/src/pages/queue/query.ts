import { graphql, type ResultOf } from "../../lib/api/schema";

export const QueueSubscription = graphql(`
  subscription Queue {
    cluster(intervalMs: 1000) {
      queues {
        id
        name
        paused
        pausedAt
        pausedBy
        pauseNote
        runningLimit
        weight
        startRate {
          count
          perSeconds
          burst
        }
        nextStartAt
        createdAt
        statusCounts {
          status
          count
        }
        pendingGroups {
          slots
          reason
          message
          firstTask {
            uuid
            a
            b
            priority
            dueAt
            pending {
              estimatedStartAt
            }
          }
        }
        stats(window: FIVE_MINUTES) {
          perSecond
          succeeded
          failed
          cancelled
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
        }
      }
      workerNodes {
        id
        name
        connection
        scheduling
        stopRequestedAt
        queues
        slots
        busySlots
      }
    }
  }
`);

export type Cluster = ResultOf<typeof QueueSubscription>["cluster"];
export type Queue = Cluster["queues"][number];
