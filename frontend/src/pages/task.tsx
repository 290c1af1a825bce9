/** One task: what it is, where it stands and why, and all that happened to it. */

import { useState } from "react";
import { act } from "../api";
import { duration, plural, shortId, words } from "../format";
import { Icon } from "../icons";
import { notify } from "../notices";
import { Copy, Page, Panel, Problem, Refusals, Status, Sum, Table, Time, Waiting } from "../parts";
import { Link } from "../router";
import { graphql, Refusal, type UserError } from "../schema";
import { Steering } from "../viewer";
import { type Details, TaskPage, useTask } from "./task-data";
import { Timeline } from "./timeline";

const CancelTask = graphql(
  `
    mutation CancelTask($input: CancelTaskInput!) {
      cancelTask(input: $input) {
        errors {
          ...Refusal
        }
      }
    }
  `,
  [Refusal],
);

const RetryTask = graphql(
  `
    mutation RetryTask($input: RetryTaskInput!) {
      retryTask(input: $input) {
        errors {
          ...Refusal
        }
      }
    }
  `,
  [Refusal],
);

export function TaskView({ id }: { id: string }) {
  const { task, error } = useTask(id);
  const [refused, setRefused] = useState<UserError[]>([]);
  if (task === undefined)
    return (
      <Page title="Task">
        <Waiting error={error} />
      </Page>
    );
  if (task === null)
    return (
      <Page title="Task">
        <p className="empty">
          There is no such task; finished ones are deleted after a while. See{" "}
          <Link href="/app/tasks">all tasks</Link>.
        </p>
      </Page>
    );

  async function steer(action: Promise<{ errors: UserError[] }>, done: string) {
    const { errors } = await action;
    setRefused(errors);
    if (!errors.length) notify(done);
  }

  return (
    <Page
      title={`Task ${shortId(task.uuid)}`}
      heading={<Sum {...task} />}
      lead={
        <>
          <Status status={task.status} /> <span className="id">{task.uuid}</span>
        </>
      }
      query={TaskPage}
      variables={{ id }}
      actions={
        <Steering>
          <button
            type="button"
            className="danger"
            disabled={task.isTerminal || task.cancelRequestedAt != null}
            onClick={() => steer(act(CancelTask, { input: { id } }), "The task is being cancelled")}
          >
            <Icon name="ban" /> Cancel
          </button>
          <button
            type="button"
            disabled={task.status !== "FAILED" && task.status !== "CANCELLED"}
            onClick={() => steer(act(RetryTask, { input: { id } }), "The task has a new run")}
          >
            <Icon name="repeat" /> Retry
          </button>
        </Steering>
      }
    >
      <Problem error={error} />
      <Refusals errors={refused} />
      <Standing task={task} />
      <div className="columns">
        <Panel title="Runs" className="wide">
          <Timeline task={task} />
        </Panel>
        <Panel title="What it is">
          <Facts task={task} />
        </Panel>
        <Panel title="Results">
          <Results task={task} />
        </Panel>
        <Panel title="History" className="wide">
          <History task={task} />
        </Panel>
        <Panel title="Do it again" className="wide">
          <Again task={task} />
        </Panel>
      </div>
    </Page>
  );
}

/** Why it stands where it stands, if that is not plain. */
function Standing({ task }: { task: Details }) {
  if (task.pending) {
    const { message, ahead, estimatedStartAt } = task.pending;
    return (
      <p className="standing tone-pending">
        <Icon name="clock" /> {message}
        {ahead != null &&
          ` ${plural(ahead, "task")} of its queue ${ahead === 1 ? "is" : "are"} ahead.`}
        {estimatedStartAt && (
          <>
            {" "}
            At this rate it starts <Time at={estimatedStartAt} relative />.
          </>
        )}
      </p>
    );
  }
  if (task.failedMessage)
    return (
      <p className="standing tone-failed">
        <Icon name="alert" /> {task.failedMessage}
      </p>
    );
  if (task.status === "RUNNING" && task.cancelRequestedAt)
    return (
      <p className="standing tone-cancelled">
        <Icon name="ban" /> Its node was asked to stop
      </p>
    );
  return null;
}

function Facts({ task }: { task: Details }) {
  return (
    <dl className="facts">
      <dt>A</dt>
      <dd>{task.a}</dd>
      <dt>B</dt>
      <dd>{task.b}</dd>
      <dt>Result</dt>
      <dd>{task.result ?? "–"}</dd>
      <dt>Queue</dt>
      <dd>{task.queue.name}</dd>
      <dt>Priority</dt>
      <dd>{task.priority}</dd>
      <dt>Simulated work</dt>
      <dd>{task.durationMs ? duration(task.durationMs) : "none"}</dd>
      <dt>Slots</dt>
      <dd>{task.slots}</dd>
      <dt>Run</dt>
      <dd>{task.run}</dd>
      <dt>Attempt</dt>
      <dd>
        {task.attempt} of at most {task.maxAttempts}
      </dd>
      <dt>Node</dt>
      <dd>{task.workerNode?.name ?? "–"}</dd>
      <dt>Waited</dt>
      <dd>{duration(task.waitMs)}</dd>
      <dt>Ran</dt>
      <dd>{duration(task.runMs)}</dd>
      <dt>Created</dt>
      <dd>
        <Time at={task.createdAt} />
      </dd>
      <dt>Finished</dt>
      <dd>
        <Time at={task.finishedAt} />
      </dd>
      {task.runAt && (
        <>
          <dt>Not before</dt>
          <dd>
            <Time at={task.runAt} />
          </dd>
        </>
      )}
      {task.expiresAt && (
        <>
          <dt>Expires</dt>
          <dd>
            <Time at={task.expiresAt} />
          </dd>
        </>
      )}
      {task.schedule && (
        <>
          <dt>Schedule</dt>
          <dd>
            <Link href={`/app/schedules/${task.schedule.uuid}`}>
              every {duration(task.schedule.interval * 1_000)}
            </Link>
          </dd>
        </>
      )}
      {task.idempotencyKey && (
        <>
          <dt>Idempotency key</dt>
          <dd>{task.idempotencyKey}</dd>
        </>
      )}
      <dt>Celery message</dt>
      <dd className="id">{task.celeryTaskId ?? "–"}</dd>
    </dl>
  );
}

function Results({ task }: { task: Details }) {
  if (!task.results.length) return <p className="empty">None yet.</p>;
  return (
    <Table
      caption="Results, the newest first"
      head={
        <>
          <th scope="col" className="number">
            Run
          </th>
          <th scope="col" className="number">
            Result
          </th>
          <th scope="col">Node</th>
          <th scope="col">Stored</th>
        </>
      }
    >
      {task.results.map((result) => (
        <tr key={result.id}>
          <td className="number">{result.run}</td>
          <td className="number">{result.result}</td>
          <td>{result.workerNode?.name ?? "–"}</td>
          <td>
            <Time at={result.createdAt} />
          </td>
        </tr>
      ))}
    </Table>
  );
}

function History({ task }: { task: Details }) {
  const changes = [...task.history].reverse();
  if (!changes.length) return <p className="empty">The log does not go back that far.</p>;
  return (
    <Table
      caption={`${plural(changes.length, "change")}, the newest first`}
      head={
        <>
          <th scope="col">When</th>
          <th scope="col">What</th>
          <th scope="col">Status</th>
          <th scope="col" className="number">
            Attempt
          </th>
          <th scope="col">Node</th>
          <th scope="col">Message</th>
        </>
      }
    >
      {changes.map((change) => (
        <tr key={change.cursor}>
          <td>
            <Time at={change.at} />
          </td>
          <td>{words(change.kind)}</td>
          <td>
            <Status status={change.status} />
          </td>
          <td className="number">{change.attempt}</td>
          <td>{change.workerNode?.name ?? ""}</td>
          <td>{change.message}</td>
        </tr>
      ))}
    </Table>
  );
}

/** The same wish, for other clients. */
function Again({ task }: { task: Details }) {
  const wish = {
    a: task.a,
    b: task.b,
    queue: task.queue.name,
    priority: task.priority,
    durationMs: task.durationMs,
  };
  const fields = Object.entries(wish).map(([name, value]) => `${name}: ${JSON.stringify(value)}`);
  const asGraphql = [
    "mutation {",
    `  createTask(input: { ${fields.join(", ")} }) {`,
    "    task { id uuid status }",
    "    errors { code field message }",
    "  }",
    "}",
  ].join("\n");
  const body =
    `{"a": ${task.a}, "b": ${task.b}, "queue": ${JSON.stringify(task.queue.name)}, ` +
    `"priority": ${task.priority}, "duration_ms": ${task.durationMs}}`;
  const asCurl = `curl -s ${location.origin}/tasks/ -H 'content-type: application/json' \\\n     -d '${body}'`;
  return (
    <div className="again">
      <div>
        <Copy text={asGraphql} label="Copy as GraphQL" />
        <pre tabIndex={0}>{asGraphql}</pre>
      </div>
      <div>
        <Copy text={asCurl} label="Copy as curl" />
        <pre tabIndex={0}>{asCurl}</pre>
      </div>
    </div>
  );
}
