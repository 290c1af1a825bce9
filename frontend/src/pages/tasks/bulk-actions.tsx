/** Cancels or retries the selected tasks, or all that the search matches, after they were counted. */

import { useState } from "react";
import { FormDialog } from "../../components/dialog";
import { Icon, type IconName } from "../../components/icon";
import { notify, notifyError } from "../../components/notices";
import { mutate, type Outcome } from "../../lib/api/mutations";
import { graphql, type TaskWhere, UserErrorFields } from "../../lib/api/schema";
import { count, plural } from "../../lib/format";
import type { Selection } from "./selection";

const CancelTasks = graphql(
  `
    mutation CancelTasks($input: CancelTasksInput!) {
      cancelTasks(input: $input) {
        count
        errors {
          ...UserErrorFields
        }
      }
    }
  `,
  [UserErrorFields],
);

const RetryTasks = graphql(
  `
    mutation RetryTasks($input: RetryTasksInput!) {
      retryTasks(input: $input) {
        count
        errors {
          ...UserErrorFields
        }
      }
    }
  `,
  [UserErrorFields],
);

type Action = {
  verb: string;
  icon: IconName;
  isDanger?: boolean;
  /** After "No matching task". */
  nothing: string;
  consequence: string;
  done: string;
  send: (where: TaskWhere, dryRun: boolean) => Promise<Outcome<{ count: number; errors: [] }>>;
};

const ACTIONS: readonly Action[] = [
  {
    verb: "Cancel",
    icon: "ban",
    isDanger: true,
    nothing: "is pending or running.",
    consequence:
      "Pending tasks are cancelled at once. Running tasks are cancelled when their node stops them.",
    done: "cancelled",
    send: (where, dryRun) => mutate(CancelTasks, { input: { where, dryRun } }) as never,
  },
  {
    verb: "Retry",
    icon: "repeat",
    nothing: "has failed or been cancelled.",
    consequence: "Each task runs again. Its earlier results are kept.",
    done: "retried",
    send: (where, dryRun) => mutate(RetryTasks, { input: { where, dryRun } }) as never,
  },
];

type Request = { action: Action; where: TaskWhere; scope: string; count: number };

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
    const { payload, errors } = await action.send(where, true);
    if (!payload || errors.length) notifyError(errors.map(({ message }) => message).join(" "));
    else if (!payload.count)
      notifyError(`No ${number ? "selected" : "matching"} task ${action.nothing}`);
    else setRequest({ action, where, count: payload.count, scope: scopeInWords(number, search) });
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
  const { action, where, scope, count } = props.request;
  async function confirm() {
    const { payload, errors } = await action.send(where, false);
    if (payload && !errors.length) {
      notify(`${plural(payload.count, "task")} ${action.done}.`);
      props.onDone();
    }
    return errors;
  }
  return (
    <FormDialog
      title={`${action.verb} ${plural(count, "task")}?`}
      submitLabel={`${action.verb} ${plural(count, "task")}`}
      cancelLabel={action.isDanger ? "Keep tasks" : "Close"}
      isDanger={action.isDanger}
      onClose={props.onClose}
      onSubmit={confirm}
    >
      <p>{scope}</p>
      <p>{action.consequence}</p>
    </FormDialog>
  );
}
