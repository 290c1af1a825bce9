import { BackfillRow } from "../../components/backfills/backfill-table";
import { graphql, type ResultOf } from "../../lib/api/schema";

export const BackfillQuery = graphql(
  `
    query Backfill($id: ID!, $after: String) {
      backfill(id: $id) {
        ...BackfillRow
        order
        maxConcurrency
        createdBy
        endedAt
        idempotencyKey
        schedule {
          uuid
          recurrence {
            interval
            text
          }
        }
        runs(first: 50, after: $after) {
          nodes {
            id
            scheduledFor
            state
            task {
              uuid
              a
              b
              status
              result
              finishedAt
            }
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
  [BackfillRow],
);

export type Backfill = NonNullable<ResultOf<typeof BackfillQuery>["backfill"]>;
