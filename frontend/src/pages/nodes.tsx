/** The worker nodes: what they do, and what they are told to. */

import { useState } from "react";
import { useSubscription } from "urql";
import { act } from "../api";
import { count, duration, plural, rate } from "../format";
import { Icon, type IconName } from "../icons";
import { notify } from "../notices";
import { Confirm, Empty, Page, Problem, Slots, Table, Time, Waiting } from "../parts";
import { Link } from "../router";
import { graphql, Refusal, type ResultOf } from "../schema";
import { Steering } from "../viewer";
import { NodeState } from "./node-state";

const NodesPage = graphql(`
  subscription Nodes {
    cluster(everyMs: 1000) {
      workerNodes {
        id
        name
        host
        pid
        version
        labels
        connection
        scheduling
        schedulingNote
        schedulingBy
        drainDeadline
        stopRequestedAt
        slots
        desiredSlots
        busySlots
        queues
        heartbeatAt
        onlineSince
        load(window: MINUTE) {
          perSecond
          failed
          run {
            p50
            p95
          }
        }
      }
    }
  }
`);

const PauseNode = graphql(
  `
    mutation PauseWorkerNode($input: PauseWorkerNodeInput!) {
      pauseWorkerNode(input: $input) {
        errors {
          ...Refusal
        }
      }
    }
  `,
  [Refusal],
);

const ResumeNode = graphql(
  `
    mutation ResumeWorkerNode($input: ResumeWorkerNodeInput!) {
      resumeWorkerNode(input: $input) {
        errors {
          ...Refusal
        }
      }
    }
  `,
  [Refusal],
);

const DrainNode = graphql(
  `
    mutation DrainWorkerNode($input: DrainWorkerNodeInput!) {
      drainWorkerNode(input: $input) {
        errors {
          ...Refusal
        }
      }
    }
  `,
  [Refusal],
);

const ResizeNode = graphql(
  `
    mutation ResizeWorkerNode($input: ResizeWorkerNodeInput!) {
      resizeWorkerNode(input: $input) {
        errors {
          ...Refusal
        }
      }
    }
  `,
  [Refusal],
);

const StopNode = graphql(
  `
    mutation StopWorkerNode($input: StopWorkerNodeInput!) {
      stopWorkerNode(input: $input) {
        errors {
          ...Refusal
        }
      }
    }
  `,
  [Refusal],
);

type Node = ResultOf<typeof NodesPage>["cluster"]["workerNodes"][number];

const ORDERS = {
  pause: {
    icon: "pause",
    label: "Pause",
    text: "It takes no more tasks until it is resumed, and finishes what it runs.",
    done: "is paused",
    give: (name: string, note: string) => act(PauseNode, { input: { name, note } }),
  },
  drain: {
    icon: "drain",
    label: "Drain",
    text: "It finishes what it runs and takes nothing more, until it is resumed.",
    done: "drains",
    give: (name: string, note: string) => act(DrainNode, { input: { name, note } }),
  },
  resume: {
    icon: "repeat",
    label: "Resume",
    text: "It takes tasks again.",
    done: "takes tasks again",
    give: (name: string, note: string) => act(ResumeNode, { input: { name, note } }),
  },
  stop: {
    icon: "ban",
    label: "Stop",
    text: "It finishes what it runs and ends its process. Whoever started it may start it again.",
    done: "is stopping",
    give: (name: string, note: string) => act(StopNode, { input: { name, note } }),
  },
} satisfies Record<string, { icon: IconName } & Record<string, unknown>>;

type Order = keyof typeof ORDERS;

export function Nodes() {
  const [{ data, error }] = useSubscription({ query: NodesPage });
  const nodes = data?.cluster.workerNodes;
  const online = nodes?.filter((node) => node.connection === "ONLINE").length;
  return (
    <Page
      title="Nodes"
      lead={nodes ? `${online} of ${plural(nodes.length, "node")} online` : "…"}
      query={NodesPage}
    >
      <Problem error={nodes && error} />
      {!nodes ? (
        <Waiting error={error} />
      ) : nodes.length ? (
        <Rows nodes={nodes} />
      ) : (
        <Empty>No node has joined yet. Start one, as ./run and docker compose do.</Empty>
      )}
    </Page>
  );
}

function Rows({ nodes }: { nodes: Node[] }) {
  const [asking, setAsking] = useState<{ node: Node; order: Order | "resize" }>();
  return (
    <>
      <Table
        caption="Worker nodes"
        head={
          <>
            <th scope="col">Node</th>
            <th scope="col">State</th>
            <th scope="col">Slots</th>
            <th scope="col">Queues</th>
            <th scope="col" className="number">
              Done
            </th>
            <th scope="col" className="number">
              Run, 95 %
            </th>
            <th scope="col">Heartbeat</th>
            <th scope="col">
              <span className="sr-only">Actions</span>
            </th>
          </>
        }
      >
        {nodes.map((node) => (
          <tr key={node.id}>
            <th scope="row">
              <Link href={`/app/tasks?node=${encodeURIComponent(node.name)}`}>{node.name}</Link>
              {node.labels.map((label) => (
                <span className="label" key={label}>
                  {label}
                </span>
              ))}
              <small className="muted">
                {node.host}, {node.pid}, v{node.version}
              </small>
            </th>
            <td>
              <NodeState node={node} />
              {(node.schedulingNote || node.schedulingBy) && (
                <small className="muted">
                  {node.schedulingNote}
                  {node.schedulingBy && ` by ${node.schedulingBy}`}
                </small>
              )}
              {node.drainDeadline && (
                <small className="muted">
                  until <Time at={node.drainDeadline} />
                </small>
              )}
            </td>
            <td>
              <Slots busy={node.busySlots} all={node.slots} />
              {node.desiredSlots != null && node.desiredSlots !== node.slots && (
                <small className="muted">to be {node.desiredSlots}</small>
              )}
            </td>
            <td className="wrap">{node.queues.join(", ")}</td>
            <td className="number">
              {rate(node.load.perSecond)}/s
              {node.load.failed > 0 && <small>{count(node.load.failed)} failed</small>}
            </td>
            <td className="number">{duration(node.load.run.p95)}</td>
            <td>
              <Time at={node.heartbeatAt} relative />
              <small className="muted">
                since <Time at={node.onlineSince} />
              </small>
            </td>
            <td>
              <Steering>
                <Orders node={node} give={(order) => setAsking({ node, order })} />
              </Steering>
            </td>
          </tr>
        ))}
      </Table>
      {asking?.order === "resize" && (
        <Resize node={asking.node} onClose={() => setAsking(undefined)} />
      )}
      {asking && asking.order !== "resize" && (
        <Give node={asking.node} order={asking.order} onClose={() => setAsking(undefined)} />
      )}
    </>
  );
}

function Orders({ node, give }: { node: Node; give: (order: Order | "resize") => void }) {
  const isOnline = node.connection === "ONLINE";
  const orders: Order[] = node.scheduling === "ACTIVE" ? ["pause", "drain"] : ["resume"];
  return (
    <div className="actions compact">
      {[...orders, ...(isOnline ? (["stop"] as const) : [])].map((order) => (
        <button key={order} type="button" onClick={() => give(order)}>
          <Icon name={ORDERS[order].icon} /> {ORDERS[order].label}…
        </button>
      ))}
      <button type="button" onClick={() => give("resize")}>
        <Icon name="layers" /> Resize…
      </button>
    </div>
  );
}

function Give(props: { node: Node; order: Order; onClose: () => void }) {
  const [note, setNote] = useState("");
  const { label, text, done, give } = ORDERS[props.order];
  const { name } = props.node;
  return (
    <Confirm
      title={`${label} ${name}?`}
      label={label}
      danger={props.order === "stop"}
      onClose={props.onClose}
      onConfirm={async () => {
        const { errors } = await give(name, note);
        if (!errors.length) notify(`${name} ${done}`);
        return errors;
      }}
    >
      <p>{text}</p>
      <label className="field">
        Why
        <input value={note} onChange={(event) => setNote(event.target.value)} />
      </label>
    </Confirm>
  );
}

function Resize({ node, onClose }: { node: Node; onClose: () => void }) {
  const [slots, setSlots] = useState(String(node.desiredSlots ?? node.slots));
  return (
    <Confirm
      title={`Resize ${node.name}`}
      label="Resize"
      onClose={onClose}
      onConfirm={async () => {
        const input = { name: node.name, slots: slots ? Number(slots) : null };
        const { errors } = await act(ResizeNode, { input });
        if (!errors.length) notify(`${node.name} is resized`);
        return errors;
      }}
    >
      <p>What runs already is not stopped. Leave it empty for as many as it was started with.</p>
      <label className="field">
        Slots
        <input
          type="number"
          min={1}
          max={100}
          value={slots}
          onChange={(event) => setSlots(event.target.value)}
        />
      </label>
    </Confirm>
  );
}
