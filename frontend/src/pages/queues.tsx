/** The queues: how much waits in each, how fast it goes, and whether it may. */

import { useState } from "react";
import { useSubscription } from "urql";
import { act } from "../api";
import { count, duration, plural, rate } from "../format";
import { Icon } from "../icons";
import { notify } from "../notices";
import { Badge, Confirm, Page, Problem, Table, Time, Waiting } from "../parts";
import { Link } from "../router";
import { graphql, Refusal, type ResultOf, type TaskStatus } from "../schema";
import { Steering } from "../viewer";

const QueuesPage = graphql(`
  subscription Queues {
    cluster(everyMs: 1000) {
      queues {
        id
        name
        paused
        pausedAt
        pausedBy
        pauseNote
        runningLimit
        statusCounts {
          status
          count
        }
        load(window: FIVE_MINUTES) {
          perSecond
          wait {
            p50
            p95
            p99
          }
          run {
            p95
          }
        }
      }
      workerNodes {
        connection
        queues
      }
    }
  }
`);

const PauseQueue = graphql(
  `
    mutation PauseQueue($input: PauseQueueInput!) {
      pauseQueue(input: $input) {
        errors {
          ...Refusal
        }
      }
    }
  `,
  [Refusal],
);

const ResumeQueue = graphql(
  `
    mutation ResumeQueue($input: ResumeQueueInput!) {
      resumeQueue(input: $input) {
        errors {
          ...Refusal
        }
      }
    }
  `,
  [Refusal],
);

const CreateQueue = graphql(
  `
    mutation CreateQueue($input: CreateQueueInput!) {
      createQueue(input: $input) {
        errors {
          ...Refusal
        }
      }
    }
  `,
  [Refusal],
);

const UpdateQueue = graphql(
  `
    mutation UpdateQueue($input: UpdateQueueInput!) {
      updateQueue(input: $input) {
        errors {
          ...Refusal
        }
      }
    }
  `,
  [Refusal],
);

type Cluster = ResultOf<typeof QueuesPage>["cluster"];
type Queue = Cluster["queues"][number];
type Asking = { what: "pause" | "limit"; queue: Queue } | { what: "create" };

export function Queues() {
  const [{ data, error }] = useSubscription({ query: QueuesPage });
  const [asking, setAsking] = useState<Asking>();
  const cluster = data?.cluster;
  const close = () => setAsking(undefined);
  return (
    <Page
      title="Queues"
      lead={cluster ? plural(cluster.queues.length, "queue") : "…"}
      query={QueuesPage}
      actions={
        <Steering>
          <button type="button" onClick={() => setAsking({ what: "create" })}>
            <Icon name="plus" /> New queue…
          </button>
        </Steering>
      }
    >
      <Problem error={cluster && error} />
      {cluster ? <Rows cluster={cluster} ask={setAsking} /> : <Waiting error={error} />}
      {asking?.what === "pause" && <Pause queue={asking.queue} onClose={close} />}
      {asking?.what === "limit" && <Limit queue={asking.queue} onClose={close} />}
      {asking?.what === "create" && <Create onClose={close} />}
    </Page>
  );
}

function Rows({ cluster, ask }: { cluster: Cluster; ask: (asking: Asking) => void }) {
  const online = cluster.workerNodes.filter((node) => node.connection === "ONLINE");
  return (
    <Table
      caption="Queues"
      head={
        <>
          <th scope="col">Queue</th>
          <th scope="col">State</th>
          <th scope="col" className="number">
            Waiting
          </th>
          <th scope="col" className="number">
            Running
          </th>
          <th scope="col" className="number">
            At once
          </th>
          <th scope="col" className="number">
            Done
          </th>
          <th scope="col" className="number">
            Wait, half
          </th>
          <th scope="col" className="number">
            95 %
          </th>
          <th scope="col" className="number">
            99 %
          </th>
          <th scope="col" className="number">
            Nodes
          </th>
          <th scope="col">
            <span className="sr-only">Actions</span>
          </th>
        </>
      }
    >
      {cluster.queues.map((queue) => {
        const nodes = online.filter((node) => node.queues.includes(queue.name)).length;
        return (
          <tr key={queue.id}>
            <th scope="row">
              <Link href={`/app/tasks?queue=${queue.name}`}>{queue.name}</Link>
            </th>
            <td>
              <State queue={queue} nodes={nodes} />
            </td>
            <td className="number">
              <Link href={`/app/tasks?queue=${queue.name}&status=PENDING`}>
                {number(queue, "PENDING")}
              </Link>
            </td>
            <td className="number">
              <Link href={`/app/tasks?queue=${queue.name}&status=RUNNING`}>
                {number(queue, "RUNNING")}
              </Link>
            </td>
            <td className="number">
              {queue.runningLimit == null ? "any" : `≤ ${count(queue.runningLimit)}`}
            </td>
            <td className="number">{rate(queue.load.perSecond)}/s</td>
            <td className="number">{duration(queue.load.wait.p50)}</td>
            <td className="number">{duration(queue.load.wait.p95)}</td>
            <td className="number">{duration(queue.load.wait.p99)}</td>
            <td className="number">{nodes}</td>
            <td>
              <Steering>
                <div className="actions compact">
                  {queue.paused ? (
                    <button type="button" onClick={() => resume(queue.name)}>
                      <Icon name="repeat" /> Resume
                    </button>
                  ) : (
                    <button type="button" onClick={() => ask({ what: "pause", queue })}>
                      <Icon name="pause" /> Pause…
                    </button>
                  )}
                  <button type="button" onClick={() => ask({ what: "limit", queue })}>
                    <Icon name="layers" /> Limit…
                  </button>
                </div>
              </Steering>
            </td>
          </tr>
        );
      })}
    </Table>
  );
}

function number(queue: Queue, status: TaskStatus): string {
  return count(queue.statusCounts.find((each) => each.status === status)?.count ?? 0);
}

function State({ queue, nodes }: { queue: Queue; nodes: number }) {
  if (queue.paused)
    return (
      <>
        <Badge tone="pending" icon="pause">
          Paused
        </Badge>
        <small className="muted">
          {queue.pauseNote} {queue.pausedBy && `by ${queue.pausedBy}`} <Time at={queue.pausedAt} />
        </small>
      </>
    );
  if (!nodes)
    return (
      <Badge tone="failed" icon="alert">
        No node takes from it
      </Badge>
    );
  return (
    <Badge tone="success" icon="check">
      Open
    </Badge>
  );
}

async function resume(name: string) {
  const { errors } = await act(ResumeQueue, { input: { name } });
  notify(errors.map((error) => error.message).join(" ") || `The queue ${name} goes on`);
}

function Pause({ queue, onClose }: { queue: Queue; onClose: () => void }) {
  const [note, setNote] = useState("");
  return (
    <Confirm
      title={`Pause the queue ${queue.name}?`}
      label="Pause"
      onClose={onClose}
      onConfirm={async () => {
        const { errors } = await act(PauseQueue, { input: { name: queue.name, note } });
        if (!errors.length) notify(`The queue ${queue.name} is paused`);
        return errors;
      }}
    >
      <p>None of its tasks starts until it is resumed. What runs, runs on.</p>
      <label className="field">
        Why
        <input value={note} onChange={(event) => setNote(event.target.value)} />
      </label>
    </Confirm>
  );
}

function LimitInput(props: { value: string; onChange: (value: string) => void }) {
  return (
    <label className="field">
      So many tasks at once in the cluster; empty for no limit
      <input
        type="number"
        min={1}
        value={props.value}
        onChange={(event) => props.onChange(event.target.value)}
      />
    </label>
  );
}

function Limit({ queue, onClose }: { queue: Queue; onClose: () => void }) {
  const [limit, setLimit] = useState(queue.runningLimit?.toString() ?? "");
  return (
    <Confirm
      title={`Limit the queue ${queue.name}`}
      label="Limit"
      onClose={onClose}
      onConfirm={async () => {
        const input = { name: queue.name, runningLimit: limit ? Number(limit) : null };
        const { errors } = await act(UpdateQueue, { input });
        if (!errors.length) notify(`The queue ${queue.name} was changed`);
        return errors;
      }}
    >
      <LimitInput value={limit} onChange={setLimit} />
    </Confirm>
  );
}

function Create({ onClose }: { onClose: () => void }) {
  const [name, setName] = useState("");
  const [limit, setLimit] = useState("");
  return (
    <Confirm
      title="New queue"
      label="Add it"
      onClose={onClose}
      onConfirm={async () => {
        const input = { name, runningLimit: limit ? Number(limit) : null };
        const { errors } = await act(CreateQueue, { input });
        if (!errors.length) notify(`The queue ${name} was added`);
        return errors;
      }}
    >
      <label className="field">
        Name, in lower-case letters and digits
        <input value={name} onChange={(event) => setName(event.target.value)} />
      </label>
      <LimitInput value={limit} onChange={setLimit} />
    </Confirm>
  );
}
