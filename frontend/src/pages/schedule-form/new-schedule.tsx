/** Creates a schedule. */

import { useMemo } from "react";
import { notify } from "../../components/notices/store";
import { Page } from "../../components/page/page";
import { ReadOnly, RequireRole } from "../../components/viewer";
import { mutate } from "../../lib/api/mutations";
import { graphql, UserErrorFields } from "../../lib/api/schema";
import { navigate } from "../../lib/routing/router";
import { ScheduleForm } from "./schedule-form";
import { newSchedule, type ScheduleInput } from "./values";

const CreateTaskSchedule = graphql(
  `
    mutation CreateTaskSchedule($input: CreateTaskScheduleInput!) {
      createTaskSchedule(input: $input) {
        taskSchedule {
          uuid
        }
        errors {
          ...UserErrorFields
        }
      }
    }
  `,
  [UserErrorFields],
);

async function create(input: ScheduleInput) {
  const { payload, errors } = await mutate(CreateTaskSchedule, { input });
  if (payload?.taskSchedule && !errors.length) {
    notify("The schedule is created.");
    navigate(`/app/schedules/${payload.taskSchedule.uuid}`);
  }
  return errors;
}

export function NewSchedule() {
  const initial = useMemo(() => newSchedule(), []);
  return (
    <Page
      title="Create schedule"
      lead="A task that runs at an interval, by a cron expression, or once"
    >
      <RequireRole otherwise={<ReadOnly />}>
        <ScheduleForm
          initial={initial}
          submitLabel="Create schedule"
          hasIdempotencyKey
          onCancel={() => navigate("/app/schedules")}
          onSubmit={create}
        />
      </RequireRole>
    </Page>
  );
}
