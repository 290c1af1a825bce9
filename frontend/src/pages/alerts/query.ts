import { graphql, type ResultOf } from "../../lib/api/schema";

export const AlertsQuery = graphql(`
  query Alerts($open: Boolean, $after: String) {
    alerts(open: $open, first: 25, after: $after) {
      nodes {
        id
        kind
        message
        openedAt
        resolvedAt
      }
      pageInfo {
        hasNextPage
        endCursor
      }
      totalCount
    }
    alertRules {
      kind
      enabled
      openAfterSeconds
      resolveAfterSeconds
    }
  }
`);

type Answer = ResultOf<typeof AlertsQuery>;
export type AlertPage = Answer["alerts"];
export type Alert = AlertPage["nodes"][number];
export type AlertRule = Answer["alertRules"][number];
