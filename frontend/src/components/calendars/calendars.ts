/** The calendars that exist, and where their pages are. */

import { useMemo } from "react";
import { useLiveQuery } from "../../lib/api/live";
import { graphql } from "../../lib/api/schema";

const CalendarNames = graphql(`
  query CalendarNames {
    calendars {
      name
    }
  }
`);

/** The names of all calendars; null until they are known. */
export function useCalendarNames(): string[] | null {
  const { data } = useLiveQuery(CalendarNames, {}, ({ kind }) => kind.startsWith("CALENDAR_"));
  return useMemo(() => data?.calendars.map(({ name }) => name) ?? null, [data]);
}

export function calendarPath(name: string): string {
  return `/app/schedules/calendars/${encodeURIComponent(name)}`;
}
