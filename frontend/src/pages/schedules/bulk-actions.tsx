/** Controls all schedules that the filter matches, after they were counted. */

import { useState } from "react";
import { FormDialog } from "../../components/dialog/dialog";
import { ReasonField } from "../../components/form/fields";
import { Icon, type IconName } from "../../components/icon";
import { notify, notifyError } from "../../components/notices/store";
import { RequireRole } from "../../components/viewer";
import { commandMany, type Outcome } from "../../lib/api/mutations";
import type { InputOf, UserError } from "../../lib/api/schema";
import { plural } from "../../lib/format";

type ScheduleWhere = InputOf<"pauseTaskSchedules">["where"];
type Input = { where: ScheduleWhere; dryRun?: boolean };

type Action = {
  verb: string;
  icon: IconName;
  isDanger?: boolean;
  hasReason?: boolean;
  /** After the number of schedules. */
  done: string;
  consequence: string;
  send: (
    input: Input & { note?: string },
  ) => Promise<Outcome<{ count: number; errors: UserError[] }>>;
};

const ACTIONS: readonly Action[] = [
  {
    verb: "Pause",
    icon: "pause",
    hasReason: true,
    done: "paused",
    consequence: "No run is triggered until they are resumed. Running tasks continue.",
    send: (input) => commandMany("pauseTaskSchedules", input),
  },
  {
    verb: "Resume",
    icon: "repeat",
    done: "resumed",
    consequence: "The scheduled times that passed during the pause are skipped.",
    send: ({ where, dryRun }) => commandMany("resumeTaskSchedules", { where, dryRun }),
  },
  {
    verb: "Run",
    icon: "play",
    done: "triggered",
    consequence: "A run starts now, unless the last run of the schedule has not ended.",
    send: ({ where, dryRun }) => commandMany("triggerTaskSchedules", { where, dryRun }),
  },
  {
    verb: "Delete",
    icon: "cross",
    isDanger: true,
    done: "deleted",
    consequence: "Their tasks, all results and their run histories are deleted with them.",
    send: ({ where, dryRun }) => commandMany("deleteTaskSchedules", { where, dryRun }),
  },
];

type Request = { action: Action; count: number };

export function BulkActions({ where, scope }: { where: ScheduleWhere; scope: string }) {
  const [request, setRequest] = useState<Request>();

  async function prepare(action: Action) {
    const { payload, errors } = await action.send({ where, dryRun: true });
    if (!payload || errors.length) notifyError(errors.map(({ message }) => message).join(" "));
    else if (!payload.count) notifyError(`No schedule can be ${action.done}.`);
    else setRequest({ action, count: payload.count });
  }

  return (
    <RequireRole>
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset is for form fields. */}
      <div className="filters" role="group" aria-label="Actions for many schedules">
        {ACTIONS.map((action) => (
          <button
            key={action.verb}
            type="button"
            className={action.isDanger ? "danger" : undefined}
            onClick={() => prepare(action)}
          >
            <Icon name={action.icon} /> {action.verb} {scope}…
          </button>
        ))}
      </div>
      {request && (
        <Confirmation request={request} where={where} onClose={() => setRequest(undefined)} />
      )}
    </RequireRole>
  );
}

function Confirmation(props: { request: Request; where: ScheduleWhere; onClose: () => void }) {
  const { action, count } = props.request;
  const title = `${action.verb} ${plural(count, "schedule")}`;

  async function confirm(values: FormData) {
    const note = action.hasReason ? String(values.get("note")).trim() : undefined;
    const { payload, errors } = await action.send({ where: props.where, note });
    if (payload && !errors.length) notify(`${plural(payload.count, "schedule")} ${action.done}.`);
    return errors;
  }

  return (
    <FormDialog
      title={`${title}?`}
      submitLabel={title}
      cancelLabel={action.isDanger ? "Keep schedules" : "Close"}
      isDanger={action.isDanger}
      onClose={props.onClose}
      onSubmit={confirm}
    >
      <p>{action.consequence}</p>
      {action.hasReason && <ReasonField />}
    </FormDialog>
  );
}
