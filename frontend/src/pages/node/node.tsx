/** One node: what its slots do, its state, its speed, and what happened to it. */

import { EventBadge } from "../../components/events/event";
import { NodeStateBadge } from "../../components/nodes/state";
import { type Fact, Facts } from "../../components/page/facts";
import { Page } from "../../components/page/page";
import { Panel } from "../../components/page/panel";
import { EmptyState, Loading, QueryError } from "../../components/page/states";
import { Slots } from "../../components/slots";
import { Table } from "../../components/table/table";
import { Message, Time } from "../../components/time";
import { TimeSeries } from "../../components/time-series/time-series";
import { RequireRole } from "../../components/viewer";
import { useLiveQuery, useLiveSubscription } from "../../lib/api/live";
import { count, duration, plural, rate } from "../../lib/format";
import { Link } from "../../lib/routing/router";
import { tasksUrl } from "../../lib/search-text";
import { NodeActions } from "../nodes/actions";
import { Gantt, MINUTES } from "./gantt";
import { type Node, NodeEvents, NodeSubscription, NodeTasks, runsOf } from "./query";

/** As many as the API returns at once. */
const RUNS_MAX = 300;

const EVENT_KINDS = [
  "NODE_ONLINE",
  "NODE_OFFLINE",
  "NODE_PAUSED",
  "NODE_RESUMED",
  "NODE_DRAINING",
  "NODE_DRAINED",
  "NODE_RESIZED",
  "NODE_ASSIGNED",
  "NODE_STOPPING",
  "FAULT_INJECTED",
  // Attempts that the node has lost.
  "TASK_REQUEUED",
] as const;

export function NodePage({ name }: { name: string }) {
  const { data, error } = useLiveSubscription(NodeSubscription, {});
  const node = data?.cluster.workerNodes.find((each) => each.name === name);
  if (!data || !node)
    return (
      <Page title={data ? "Node not found" : name}>
        {data ? (
          <EmptyState>
            There is no node with this name. <Link href="/app/nodes">Show all nodes</Link>
          </EmptyState>
        ) : (
          <Loading error={error} />
        )}
      </Page>
    );
  return (
    <Page
      title={name}
      lead={
        <>
          <NodeStateBadge node={node} /> {node.schedulingNote}
          {node.schedulingBy && ` by ${node.schedulingBy}`}
        </>
      }
      query={NodeSubscription}
      actions={
        <RequireRole>
          <NodeActions node={node} queues={data.cluster.queues.map((queue) => queue.name)} />
        </RequireRole>
      }
    >
      <QueryError error={error} />
      <div className="columns">
        <Panel
          title={`Slots, last ${MINUTES} minutes`}
          className="wide"
          aside={<Link href={tasksUrl({ node: name })}>View tasks</Link>}
        >
          <Activity node={node} />
        </Panel>
        <Panel title="Details">
          <Details node={node} />
        </Panel>
        <Panel title="Last five minutes">
          <Speed node={node} />
        </Panel>
        <Panel title="Events" className="wide">
          <History name={name} />
        </Panel>
      </div>
      <TimeSeries workerNode={name} />
    </Page>
  );
}

function Activity({ node: { name, slots } }: { node: Node }) {
  const variables = {
    name,
    runs: RUNS_MAX,
    running: { workerNode: name, statuses: ["RUNNING" as const] },
  };
  const { data, error } = useLiveQuery(
    NodeTasks,
    variables,
    ({ workerNode, taskCount }) => taskCount > 0 && workerNode?.name === name,
  );
  if (!data) return <Loading error={error} />;
  return (
    <>
      <Gantt runs={runsOf(data)} slots={slots} />
      {data.nodeRuns.length === RUNS_MAX && (
        <p className="gantt-note muted">Only the last {RUNS_MAX} runs are shown.</p>
      )}
    </>
  );
}

function Details({ node }: { node: Node }) {
  const isResizing = node.desiredSlots != null && node.desiredSlots !== node.slots;
  const facts: (Fact | false | "" | null)[] = [
    ["Slots used", <Slots key="slots" busy={node.busySlots} total={node.slots} />],
    isResizing && ["Resizing to", node.desiredSlots],
    ["Queues", node.queues.join(", ") || "none"],
    ["Host", `${node.host}, PID ${node.pid}`],
    ["Version", node.version || "unknown"],
    node.labels.length > 0 && ["Labels", node.labels.join(", ")],
    ["Last heartbeat", <Time key="heartbeat" at={node.heartbeatAt} relative />],
    ["Online since", <Time key="online" at={node.onlineSince} />],
    node.lostAt && ["Lost at", <Time key="lost" at={node.lostAt} />],
    node.drainDeadline && ["Drain deadline", <Time key="drain" at={node.drainDeadline} />],
  ];
  return <Facts facts={facts} />;
}

function Speed({ node: { stats } }: { node: Node }) {
  const { p50, p95, p99 } = stats.runTime;
  const facts: Fact[] = [
    ["Throughput", `${rate(stats.perSecond)}/s`],
    ["Succeeded", count(stats.succeeded)],
    ["Failed", count(stats.failed)],
    ["Cancelled", count(stats.cancelled)],
    ["Duration p50 / p95 / p99", `${duration(p50)} / ${duration(p95)} / ${duration(p99)}`],
  ];
  return <Facts facts={facts} />;
}

function History({ name }: { name: string }) {
  const { data, error } = useLiveQuery(NodeEvents, { kinds: [...EVENT_KINDS] }, ({ kind }) =>
    EVENT_KINDS.some((each) => each === kind),
  );
  if (!data) return <Loading error={error} />;
  const events = data.clusterEvents.events
    .filter(({ workerNode }) => workerNode?.name === name)
    .reverse();
  if (!events.length) return <EmptyState>The log has no recent events of this node.</EmptyState>;
  return (
    <Table
      caption="Events of the node"
      minWidth={560}
      rows={events}
      rowKey={({ cursor }) => cursor}
      columns={[
        { header: "Time", width: "120px", cell: ({ at }) => <Time at={at} /> },
        {
          header: "Event",
          role: "title",
          width: "190px",
          cell: ({ kind }) => <EventBadge kind={kind} />,
        },
        { header: "Actor", width: "120px", cell: ({ actor }) => actor },
        {
          header: "Message",
          isLong: true,
          cell: ({ message, taskCount }) => (
            <Message
              text={[taskCount && plural(taskCount, "task"), message].filter(Boolean).join(": ")}
            />
          ),
        },
      ]}
    />
  );
}
