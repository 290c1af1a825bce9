import { graphql, type ResultOf } from "../../lib/api/schema";

const TaskRowFields = graphql(`
  fragment TaskRowFields on Task {
    id
    uuid
    a
    b
    result
    status
    priority
    queueTimeMs
    runTimeMs
    createdAt
    finishedAt
    failedMessage
    pendingReason @include(if: $withReason)
    queue {
      name
    }
    workerNode {
      name
    }
  }
`);

export const TasksQuery = graphql(
  `
    query Tasks(
      $where: TaskWhere
      $orderBy: TaskOrder
      $first: Int
      $after: String
      $last: Int
      $before: String
      $withReason: Boolean!
    ) {
      tasks(
        where: $where
        orderBy: $orderBy
        first: $first
        after: $after
        last: $last
        before: $before
      ) {
        nodes {
          ...TaskRowFields
        }
        pageInfo {
          hasNextPage
          hasPreviousPage
          startCursor
          endCursor
        }
        totalCount
        totalCountIsEstimate
      }
    }
  `,
  [TaskRowFields],
);

/** The same tasks again, whichever list they would now be in. */
export const TasksById = graphql(
  `
    query TasksById($ids: [ID!]!, $first: Int!, $withReason: Boolean!) {
      tasks(where: { ids: $ids }, first: $first) {
        nodes {
          ...TaskRowFields
        }
      }
    }
  `,
  [TaskRowFields],
);

export type TaskRow = ResultOf<typeof TaskRowFields>;
