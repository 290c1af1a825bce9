/** The first runs of a schedule that is being entered. */

import { useEffect, useState } from "react";
import { Panel } from "../../components/panel";
import { TimeList } from "../../components/schedules/time-list";
import { EmptyState, QueryError } from "../../components/states";
import { useLiveQuery } from "../../lib/api/live";
import { graphql, type UserError, UserErrorFields } from "../../lib/api/schema";
import type { ScheduleInput } from "./values";

const SHOWN = 8;
const TYPING_MS = 250;

export const SchedulePreview = graphql(
  `
    query SchedulePreview($input: NewScheduleInput!, $count: Int!) {
      schedulePreview(input: $input, count: $count) {
        ticks
        errors {
          ...UserErrorFields
        }
      }
    }
  `,
  [UserErrorFields],
);

/**
 * The runs of what was entered a moment ago, and what the server would refuse of it.
 *
 * @param input null while it cannot be sent.
 */
export function useSchedulePreview(input: ScheduleInput | null) {
  const key = JSON.stringify(input);
  const [sentKey, setSentKey] = useState(key);
  useEffect(() => {
    const timer = setTimeout(() => setSentKey(key), TYPING_MS);
    return () => clearTimeout(timer);
  }, [key]);
  const sent = JSON.parse(sentKey) as ScheduleInput | null;
  const { data, error } = useLiveQuery(
    SchedulePreview,
    { input: sent as ScheduleInput, count: SHOWN },
    () => false,
    { isActive: sent !== null },
  );
  const preview = sent && data?.schedulePreview;
  return {
    times: preview?.ticks ?? [],
    errors: preview?.errors ?? (NO_ERRORS as UserError[]),
    error: sent ? error : undefined,
  };
}

const NO_ERRORS: UserError[] = [];

export function PreviewPanel({ preview }: { preview: ReturnType<typeof useSchedulePreview> }) {
  return (
    <Panel title="Upcoming runs">
      <QueryError error={preview.error} />
      {preview.times.length ? (
        <TimeList times={preview.times} />
      ) : (
        <EmptyState>With these values no run would be triggered.</EmptyState>
      )}
    </Panel>
  );
}
