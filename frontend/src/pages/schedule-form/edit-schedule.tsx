/** Changes a schedule. */

import { useMemo } from "react";
import { notify } from "../../components/notices/store";
import { Page } from "../../components/page/page";
import { EmptyState, Loading } from "../../components/page/states";
import { Sum } from "../../components/tasks/sum";
import { ReadOnly, RequireRole } from "../../components/viewer";
import { useLiveQuery } from "../../lib/api/live";
import { command } from "../../lib/api/mutations";
import { Link, navigate } from "../../lib/routing/router";
import { type Schedule, ScheduleQuery } from "../schedule/query";
import { ScheduleForm } from "./schedule-form";
import { changesOf, formDataOf, readSchedule, type ScheduleInput, valuesOf } from "./values";

export function EditSchedule({ id }: { id: string }) {
  // What others change meanwhile does not overwrite what is being entered.
  const { data, error } = useLiveQuery(ScheduleQuery, { id, after: null }, () => false);
  const schedule = data?.taskSchedule;
  return (
    <Page title="Edit schedule" lead={schedule && <Sum a={schedule.task.a} b={schedule.task.b} />}>
      {schedule ? (
        <RequireRole otherwise={<ReadOnly />}>
          <EditForm schedule={schedule} />
        </RequireRole>
      ) : data ? (
        <EmptyState>
          There is no schedule with this ID. <Link href="/app/schedules">Show all schedules</Link>
        </EmptyState>
      ) : (
        <Loading error={error} />
      )}
    </Page>
  );
}

function EditForm({ schedule }: { schedule: Schedule }) {
  const initial = useMemo(() => valuesOf(schedule), [schedule]);
  const url = `/app/schedules/${schedule.uuid}`;

  async function save(input: ScheduleInput) {
    const before = readSchedule(formDataOf(initial)).input;
    const { idempotencyKey: _, ...changes } = changesOf(before, input);
    const errors = await command("updateTaskSchedule", { id: schedule.uuid, ...changes });
    if (!errors.length) {
      notify("The schedule is updated.");
      navigate(url);
    }
    return errors;
  }

  return (
    <ScheduleForm
      initial={initial}
      submitLabel="Save changes"
      onCancel={() => navigate(url)}
      onSubmit={save}
    />
  );
}
