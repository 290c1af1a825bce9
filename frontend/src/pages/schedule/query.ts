import { BackfillRow } from "../../components/backfills/backfill-table";
import { graphql, type ResultOf } from "../../lib/api/schema";

const TickFields = graphql(`
  fragment TickFields on ScheduleTick {
    id
    nominalAt
    outcome
    count
    run
    firedAt
    reason
    task {
      uuid
      status
      isOverlapping
    }
  }
`);

/** What the schedule's page shows, and what its form edits. */
export const ScheduleQuery = graphql(
  `
    query Schedule($id: ID!, $after: String) {
      taskSchedule(id: $id) {
        id
        uuid
        scheduledAt
        recurrence {
          interval
          at
          text
          cron {
            expression
            timeZone
            onGap
            onFold
          }
        }
        nextRunAt
        paused
        pausedAt
        pauseNote
        overlap
        maxConcurrentRuns
        catchUp
        misfireGrace
        endsAt
        maxRuns
        jitter
        calendars
        labels
        firedCount
        skippedCount
        missedCount
        createdAt
        upcoming(count: 8)
        backfills(first: 5) {
          nodes {
            ...BackfillRow
          }
          totalCount
        }
        task {
          uuid
          a
          b
          result
          status
          priority
          durationMs
          slots
          run
          results(first: 100) {
            run
          }
          maxAttempts
          failAttempts
          retryBackoffMs
          concurrencyKey
          concurrencyLimit
          queue {
            name
          }
        }
        recentTicks: ticks(first: 100) {
          nodes {
            ...TickFields
          }
        }
        ticks(first: 25, after: $after) {
          nodes {
            ...TickFields
          }
          pageInfo {
            hasNextPage
            endCursor
          }
          totalCount
        }
      }
    }
  `,
  [BackfillRow, TickFields],
);

export type Schedule = NonNullable<ResultOf<typeof ScheduleQuery>["taskSchedule"]>;
export type Tick = Schedule["ticks"]["nodes"][number];
