/** The first runs of a schedule that is being entered. */

import { Panel } from "../../components/page/panel";
import { EmptyState, QueryError } from "../../components/page/states";
import { TimeList } from "../../components/schedules/time-list";
import { useLiveQuery } from "../../lib/api/live";
import { graphql, type ResultOf, type UserError, UserErrorFields } from "../../lib/api/schema";
import { localInput } from "../../lib/format";
import { useSettled } from "../../lib/settled";
import type { ScheduleInput } from "./values";

const SHOWN = 8;

export const SchedulePreview = graphql(
  `
    query SchedulePreview($input: NewScheduleInput!, $count: Int!) {
      schedulePreview(input: $input, count: $count) {
        text
        ticks {
          at
          local
          note
        }
        errors {
          ...UserErrorFields
        }
      }
    }
  `,
  [UserErrorFields],
);

type SchedulePreviewTick = ResultOf<typeof SchedulePreview>["schedulePreview"]["ticks"][number];

/**
 * The runs of what was entered a moment ago, and what the server would refuse of it.
 *
 * @param input null while it cannot be sent.
 */
export function useSchedulePreview(input: ScheduleInput | null) {
  const sent = useSettled(input);
  const { data, error } = useLiveQuery(
    SchedulePreview,
    { input: sent as ScheduleInput, count: SHOWN },
    () => false,
    { isActive: sent !== null },
  );
  const preview = sent && data?.schedulePreview;
  return {
    text: preview?.text ?? "",
    ticks: preview?.ticks ?? [],
    errors: preview?.errors ?? (NO_ERRORS as UserError[]),
    error: sent ? error : undefined,
  };
}

const NOTES = {
  GAP_SHIFTED: "moved: clocks go forward",
  GAP_SKIPPED: "skipped: clocks go forward",
  FOLD_FIRST: "first of two: clocks go back",
  FOLD_SECOND: "second of two: clocks go back",
  EXCLUDED: "excluded by a calendar",
};

/** The local time of the schedule if it is not the viewer's, and how a clock change affects it. */
function noteOf({ at, local, note }: SchedulePreviewTick): string {
  const offset = local.slice(19);
  const isViewers = local.slice(0, 19) === localInput(new Date(at));
  const shown = isViewers || offset === "+00:00" ? "" : `${local.slice(0, 16)} ${offset}`;
  return [shown.replace("T", " "), note && NOTES[note]].filter(Boolean).join(", ");
}

const NO_ERRORS: UserError[] = [];

export function PreviewPanel({ preview }: { preview: ReturnType<typeof useSchedulePreview> }) {
  return (
    <Panel title="Upcoming runs">
      <QueryError error={preview.error} />
      {preview.text && <p className="preview-text">{preview.text}</p>}
      {preview.ticks.length ? (
        <TimeList times={preview.ticks.map(({ at }) => at)} notes={preview.ticks.map(noteOf)} />
      ) : (
        <EmptyState>With these values no run would be triggered.</EmptyState>
      )}
    </Panel>
  );
}
