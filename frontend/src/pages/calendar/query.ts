import { ExcludedTimes } from "../../components/calendars/excluded-times";
import { ScheduleRow } from "../../components/schedules/schedule-table";
import { graphql, type ResultOf } from "../../lib/api/schema";

/** What the calendar's page shows, and what its form edits. */
export const CalendarQuery = graphql(
  `
    query Calendar($name: String!, $after: String) {
      calendar(name: $name) {
        id
        name
        description
        ...ExcludedTimes
        upcoming(count: 10) {
          startsAt
          endsAt
        }
        scheduleCount
        createdAt
        updatedAt
      }
      taskSchedules(where: { calendar: $name }, first: 25, after: $after) {
        nodes {
          ...ScheduleRow
        }
        pageInfo {
          hasNextPage
          endCursor
        }
      }
    }
  `,
  [ScheduleRow, ExcludedTimes],
);

export type Calendar = NonNullable<ResultOf<typeof CalendarQuery>["calendar"]>;
