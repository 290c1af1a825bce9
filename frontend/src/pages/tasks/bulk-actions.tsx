/** Cancels or retries the selected tasks, or all that the search matches, after they were counted. */

import { useState } from "react";
import { FormDialog } from "../../components/dialog/dialog";
import { Icon, type IconName } from "../../components/icon";
import { notify, notifyError } from "../../components/notices/store";
import { cancelTasks, notifyCancelled } from "../../components/tasks/cancel";
import { commandMany, type Outcome } from "../../lib/api/mutations";
import type { TaskWhere, UserError } from "../../lib/api/schema";
import { count, plural } from "../../lib/format";
import type { Selection } from "./selection";

type Count = { count: number; pendingCount?: number };

type Action = {
  verb: string;
  icon: IconName;
  isDanger?: boolean;
  /** After "No matching task". */
  nothing: string;
  consequence: (count: Count) => string;
  /** Count the tasks. */
  prepare: (where: TaskWhere) => Promise<Outcome<Count>>;
  /** Change the tasks, and say so. */
  perform: (where: TaskWhere) => Promise<UserError[]>;
};

const ACTIONS: readonly Action[] = [
  {
    verb: "Cancel",
    icon: "ban",
    isDanger: true,
    nothing: "is pending or running.",
    consequence: cancelConsequence,
    prepare: (where) => cancelTasks(where, true),
    async perform(where) {
      const { payload, errors } = await cancelTasks(where);
      if (payload && !errors.length) notifyCancelled(payload);
      return errors;
    },
  },
  {
    verb: "Retry",
    icon: "repeat",
    nothing: "has failed or been cancelled.",
    consequence: () => "Each task runs again. Its earlier results are kept.",
    prepare: (where) => commandMany("retryTasks", { where, dryRun: true }),
    async perform(where) {
      const { payload, errors } = await commandMany("retryTasks", { where });
      if (payload && !errors.length) notify(`${plural(payload.count, "task")} retried.`);
      return errors;
    },
  },
];

function cancelConsequence({ count: all, pendingCount = 0 }: Count): string {
  const running = all - pendingCount;
  const parts = [
    pendingCount && `${plural(pendingCount, "pending task")} can be restored by Undo.`,
    running && `${plural(running, "running task")} cannot be restored.`,
  ];
  return parts.filter(Boolean).join(" ");
}

type Request = { action: Action; where: TaskWhere; scope: string; counted: Count };

export function BulkActions(props: {
  /** The search text. */
  search: string;
  /** How many tasks it matches; 0 while that is not known. */
  total: number;
  selection: Selection;
}) {
  const { search, total, selection } = props;
  const [request, setRequest] = useState<Request>();
  const number = selection.ids.size;
  const scope = number ? `${count(number)} selected` : "all matching";
  const isPossible = number > 0 || total > 0;

  async function prepare(action: Action) {
    const where = number ? { ids: [...selection.ids] } : { search };
    const { payload, errors } = await action.prepare(where);
    if (!payload || errors.length) notifyError(errors.map(({ message }) => message).join(" "));
    else if (!payload.count)
      notifyError(`No ${number ? "selected" : "matching"} task ${action.nothing}`);
    else setRequest({ action, where, counted: payload, scope: scopeInWords(number, search) });
  }

  return (
    <>
      {ACTIONS.map((action) => (
        <button
          key={action.verb}
          type="button"
          disabled={!isPossible}
          onClick={() => prepare(action)}
        >
          <Icon name={action.icon} /> {action.verb} {scope}…
        </button>
      ))}
      {request && (
        <Confirmation
          request={request}
          onClose={() => setRequest(undefined)}
          onDone={selection.clear}
        />
      )}
    </>
  );
}

function scopeInWords(selected: number, search: string): string {
  if (selected) return `Of ${plural(selected, "selected task")}.`;
  return search ? `Search: ${search}` : "No search: all tasks match.";
}

function Confirmation(props: { request: Request; onClose: () => void; onDone: () => void }) {
  const { action, where, scope, counted } = props.request;
  const title = `${action.verb} ${plural(counted.count, "task")}`;
  async function confirm() {
    const errors = await action.perform(where);
    if (!errors.length) props.onDone();
    return errors;
  }
  return (
    <FormDialog
      title={`${title}?`}
      submitLabel={title}
      cancelLabel={action.isDanger ? "Keep tasks" : "Close"}
      isDanger={action.isDanger}
      onClose={props.onClose}
      onSubmit={confirm}
    >
      <p>{scope}</p>
      <p>{action.consequence(counted)}</p>
    </FormDialog>
  );
}
