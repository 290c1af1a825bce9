/** One task: its state and the reason for it, its runs, results and history. */

import { useState } from "react";
import { Icon } from "../../components/icon";
import { notifyResult } from "../../components/notices/store";
import { Page } from "../../components/page/page";
import { Panel } from "../../components/page/panel";
import { Callout, EmptyState, Loading, QueryError } from "../../components/page/states";
import { cancelTasks, notifyCancelled } from "../../components/tasks/cancel";
import { Status } from "../../components/tasks/status";
import { Sum } from "../../components/tasks/sum";
import { Message, Time } from "../../components/time";
import { RequireRole } from "../../components/viewer";
import { command } from "../../lib/api/mutations";
import { plural, shortId } from "../../lib/format";
import { Link } from "../../lib/routing/router";
import { useNow } from "../../lib/time/clock";
import { type Task, TaskQuery, useTask } from "./data";
import { DuplicateDialog } from "./duplicate";
import { TaskFacts } from "./facts";
import { History } from "./history";
import { Results } from "./results";
import { RunTimeline } from "./run-timeline";
import { Snippets } from "./snippets-panel";
import "./task.css";

export function TaskPage({ id }: { id: string }) {
  const { task, error } = useTask(id);
  if (task) return <KnownTask task={task} error={error} />;
  return (
    <Page title={task === null ? "Task not found" : "Task"}>
      {task === null ? (
        <EmptyState>
          There is no task with this ID. Finished tasks are deleted after the retention period.{" "}
          <Link href="/app/tasks">Show all tasks</Link>
        </EmptyState>
      ) : (
        <Loading error={error} />
      )}
    </Page>
  );
}

type KnownTaskProps = { task: Task; error: ReturnType<typeof useTask>["error"] };

function KnownTask({ task, error }: KnownTaskProps) {
  return (
    <Page
      title={`Task ${shortId(task.uuid)}`}
      heading={<Sum {...task} />}
      lead={
        <>
          <Status status={task.status} /> <span className="id">{task.uuid}</span>
        </>
      }
      query={TaskQuery}
      variables={{ id: task.uuid }}
      actions={
        <RequireRole>
          <Actions task={task} />
        </RequireRole>
      }
    >
      <QueryError error={error} />
      <Explanation task={task} />
      <div className="columns">
        <Panel title="Runs" className="wide">
          <RunTimeline task={task} />
        </Panel>
        <Panel title="Details" className="wide">
          <TaskFacts task={task} />
        </Panel>
        <Panel title="History" className="wide">
          <History task={task} />
        </Panel>
        <Panel title="Results">
          <Results task={task} />
        </Panel>
        <Panel title="Copy as a request">
          <Snippets task={task} />
        </Panel>
      </div>
    </Page>
  );
}

function Actions({ task }: { task: Task }) {
  const [isDuplicating, setIsDuplicating] = useState(false);
  const { uuid: id } = task;
  const isCancellable = !task.isTerminal && task.cancelRequestedAt == null;
  const isRetryable = task.status === "FAILED" || task.status === "CANCELLED";
  return (
    <>
      <button type="button" className="danger" disabled={!isCancellable} onClick={() => cancel(id)}>
        <Icon name="ban" /> Cancel
      </button>
      <button
        type="button"
        disabled={!isRetryable}
        onClick={async () =>
          notifyResult(await command("retryTask", { id }), "The task is retried.")
        }
      >
        <Icon name="repeat" /> Retry
      </button>
      <button type="button" onClick={() => setIsDuplicating(true)}>
        <Icon name="copy" /> Duplicate…
      </button>
      {isDuplicating && <DuplicateDialog task={task} onClose={() => setIsDuplicating(false)} />}
    </>
  );
}

async function cancel(id: string) {
  const { payload, errors } = await cancelTasks({ ids: [id] });
  if (payload?.count) notifyCancelled(payload);
  else notifyResult(errors, "The task has ended, or is asked to stop already.");
}

/** Why the task has its status, if that is not obvious. */
function Explanation({ task }: { task: Task }) {
  if (task.pending) return <PendingExplanation pending={task.pending} />;
  if (task.failedMessage)
    return (
      <Callout tone="failed" icon="alert">
        <Message text={task.failedMessage} />
      </Callout>
    );
  if (task.status === "RUNNING" && task.cancelRequestedAt)
    return (
      <Callout tone="cancelled" icon="ban">
        Cancellation requested. The task is cancelled when its node stops it.
      </Callout>
    );
  return null;
}

function PendingExplanation({ pending }: { pending: NonNullable<Task["pending"]> }) {
  const { message, tasksAhead, estimatedStartAt } = pending;
  return (
    <Callout tone="pending" icon="clock">
      <Message text={message} />
      {tasksAhead != null &&
        ` ${plural(tasksAhead, "task")} of the queue ${tasksAhead === 1 ? "is" : "are"} ahead.`}
      {estimatedStartAt && (
        <>
          {" "}
          Estimated start <Estimate at={new Date(estimatedStartAt)} />.
        </>
      )}
    </Callout>
  );
}

/** An estimate that has passed, or a moment from now. */
function Estimate({ at }: { at: Date }) {
  const isNow = at.getTime() <= useNow();
  return isNow ? "now" : <Time at={at} relative />;
}
