import { graphql, type ResultOf } from "../../lib/api/schema";

const ForecastRunFields = graphql(`
  fragment ForecastRunFields on ForecastRun {
    finishedAt
    endsAt
    isCut
    backlog
    queues {
      name
      waiting
      running
      started
      expired
      lastStartAt
      lastEndAt
      waitP50Ms
      waitP95Ms
    }
    nodes {
      name
      slots
      claims
      utilization
    }
    blocked {
      queue
      slots
      count
      reason
      message
    }
  }
`);

export const ForecastQuery = graphql(
  `
    query Forecast($changes: [ForecastChange!]) {
      forecast(changes: $changes) {
        at
        times
        baseline {
          ...ForecastRunFields
        }
        changed {
          ...ForecastRunFields
        }
      }
    }
  `,
  [ForecastRunFields],
);

/** What changes can be about. */
export const SubjectsQuery = graphql(`
  query ForecastSubjects {
    queues {
      name
    }
    workerNodes {
      name
      connection
    }
  }
`);

export type Forecast = ResultOf<typeof ForecastQuery>["forecast"];
export type Run = ResultOf<typeof ForecastRunFields>;
