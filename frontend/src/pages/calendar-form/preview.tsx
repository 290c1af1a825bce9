/** The next excluded times of a calendar that is being entered. */

import { SpanList } from "../../components/calendars/span-list";
import { Panel } from "../../components/page/panel";
import { EmptyState, QueryError } from "../../components/page/states";
import { useLiveQuery } from "../../lib/api/live";
import { graphql, type UserError, UserErrorFields } from "../../lib/api/schema";
import { useSettled } from "../../lib/settled";
import type { CalendarInput } from "./values";

const SHOWN = 10;

const CalendarPreview = graphql(
  `
    query CalendarPreview($input: SaveCalendarInput!, $count: Int!) {
      calendarPreview(input: $input, count: $count) {
        excludedTimes {
          startsAt
          endsAt
        }
        errors {
          ...UserErrorFields
        }
      }
    }
  `,
  [UserErrorFields],
);

/**
 * The excluded times of what was entered a moment ago, and what the server would refuse of it.
 *
 * @param input null while it cannot be sent.
 */
export function useCalendarPreview(input: CalendarInput | null) {
  const sent = useSettled(input);
  const { data, error } = useLiveQuery(
    CalendarPreview,
    { input: sent as CalendarInput, count: SHOWN },
    () => false,
    { isActive: sent !== null },
  );
  const preview = sent && data?.calendarPreview;
  return {
    excludedTimes: preview?.excludedTimes ?? [],
    errors: preview?.errors ?? NO_ERRORS,
    error: sent ? error : undefined,
  };
}

const NO_ERRORS: UserError[] = [];

export function PreviewPanel({ preview }: { preview: ReturnType<typeof useCalendarPreview> }) {
  return (
    <Panel title="Next excluded times">
      <QueryError error={preview.error} />
      {preview.excludedTimes.length ? (
        <SpanList spans={preview.excludedTimes} />
      ) : (
        <EmptyState>With these values no time in the coming year would be excluded.</EmptyState>
      )}
    </Panel>
  );
}
