/** The present state of what the tour has created. */

import type { ClusterEvent } from "../../lib/api/events";
import { useLiveQuery } from "../../lib/api/live";
import { graphql, type ResultOf } from "../../lib/api/schema";
import { FAILING, LABEL, MAIL, REPORTS, RETRIED, TASKS } from "./plan";

const TourTask = graphql(`
  fragment TourTask on Task {
    uuid
    status
    attempt
    maxAttempts
  }
`);

export const TourQuery = graphql(
  `
    query Tour(
      $tasks: String!
      $retried: String!
      $failing: String!
      $schedules: TaskScheduleWhere!
    ) {
      queues {
        name
      }
      workerNodes {
        name
        connection
      }
      taskCounts(where: { search: $tasks }) {
        groups {
          status
          count
        }
      }
      retried: tasks(where: { search: $retried }, first: 1) {
        nodes {
          ...TourTask
        }
      }
      failing: tasks(where: { search: $failing }, first: 1) {
        nodes {
          ...TourTask
        }
      }
      taskSchedules(where: $schedules, first: 1) {
        nodes {
          uuid
          firedCount
          nextRunAt
        }
      }
    }
  `,
  [TourTask],
);

export type TourState = ResultOf<typeof TourQuery>;

/** Matches the schedules of the tour and no others. */
export const SCHEDULES = { labels: [LABEL], queue: MAIL };
export const VARIABLES = {
  tasks: TASKS,
  retried: RETRIED,
  failing: FAILING,
  schedules: SCHEDULES,
};

export function useTour() {
  return useLiveQuery(TourQuery, VARIABLES, isAffected);
}

function isAffected({ kind, queue }: ClusterEvent): boolean {
  return queue === MAIL || queue === REPORTS || /^(SCHEDULE|TICK|NODE)_/.test(kind);
}
