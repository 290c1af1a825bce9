/** The worker nodes: their state, their statistics, and their control. */

import { Icon } from "../../components/icon";
import { NodeFields } from "../../components/nodes/fields";
import { isOnline, NodeStateBadge } from "../../components/nodes/state";
import { Page } from "../../components/page/page";
import { EmptyState, Loading, QueryError } from "../../components/page/states";
import { Slots } from "../../components/slots";
import { Table } from "../../components/table/table";
import { Time } from "../../components/time";
import { RequireRole } from "../../components/viewer";
import { useLiveSubscription } from "../../lib/api/live";
import { graphql, type ResultOf } from "../../lib/api/schema";
import { count, duration, plural, rate } from "../../lib/format";
import { Link } from "../../lib/routing/router";
import { NodeActions } from "./actions";
import "./nodes.css";

const NodesSubscription = graphql(
  `
    subscription Nodes {
      cluster(intervalMs: 1000) {
        queues {
          name
        }
        workerNodes {
          ...NodeFields
          stats(window: MINUTE) {
            perSecond
            failed
            runTime {
              p95
            }
          }
        }
      }
    }
  `,
  [NodeFields],
);

type Cluster = ResultOf<typeof NodesSubscription>["cluster"];
type Node = Cluster["workerNodes"][number];

export function Nodes() {
  const { data, error } = useLiveSubscription(NodesSubscription, {});
  const nodes = data?.cluster.workerNodes;
  return (
    <Page
      title="Nodes"
      lead={
        nodes ? `${nodes.filter(isOnline).length} of ${plural(nodes.length, "node")} online` : "…"
      }
      query={NodesSubscription}
      actions={
        <Link href="/app/what-if">
          <Icon name="activity" /> What if
        </Link>
      }
    >
      <QueryError error={data && error} />
      {!data || !nodes ? (
        <Loading error={error} />
      ) : nodes.length ? (
        <NodeTable nodes={nodes} queues={data.cluster.queues.map(({ name }) => name)} />
      ) : (
        <EmptyState>
          Worker nodes appear here when they join the cluster. <code>./run --workers 2</code> and{" "}
          <code>docker compose up --scale worker=2</code> start two.
        </EmptyState>
      )}
    </Page>
  );
}

function NodeTable({ nodes, queues }: { nodes: Node[]; queues: string[] }) {
  return (
    <Table
      caption="Worker nodes"
      minWidth={900}
      rows={nodes}
      rowKey={({ id }) => id}
      columns={[
        { header: "Node", role: "title", cell: (node) => <Name node={node} /> },
        { header: "State", width: "160px", cell: (node) => <State node={node} /> },
        { header: "Slots used", width: "130px", cell: (node) => <SlotUse node={node} /> },
        { header: "Queues", width: "18%", cell: ({ queues }) => queues.join(", ") || "none" },
        { header: "Throughput", width: "88px", align: "end", cell: throughput },
        {
          header: "Duration p95",
          width: "92px",
          align: "end",
          cell: ({ stats }) => duration(stats.runTime.p95),
        },
        { header: "Last heartbeat", width: "130px", cell: (node) => <Heartbeat node={node} /> },
        {
          header: "Actions",
          width: "56px",
          role: "actions",
          cell: (node) => (
            <RequireRole>
              <NodeActions node={node} queues={queues} />
            </RequireRole>
          ),
        },
      ]}
    />
  );
}

function Name({ node }: { node: Node }) {
  return (
    <>
      <Link href={`/app/nodes/${encodeURIComponent(node.name)}`}>{node.name}</Link>
      {node.labels.map((label) => (
        <span className="label" key={label}>
          {label}
        </span>
      ))}
      <small className="muted">
        {node.host}, PID {node.pid}, version {node.version || "unknown"}
      </small>
    </>
  );
}

function State({ node }: { node: Node }) {
  return (
    <>
      <NodeStateBadge node={node} />
      {(node.schedulingNote || node.schedulingBy) && (
        <small className="muted">
          {node.schedulingNote}
          {node.schedulingBy && ` by ${node.schedulingBy}`}
        </small>
      )}
      {node.drainDeadline && (
        <small className="muted">
          Deadline <Time at={node.drainDeadline} />
        </small>
      )}
    </>
  );
}

function SlotUse({ node }: { node: Node }) {
  const isResizing = node.desiredSlots != null && node.desiredSlots !== node.slots;
  return (
    <>
      <Slots busy={node.busySlots} total={node.slots} />
      {isResizing && <small className="muted">Resizing to {node.desiredSlots}</small>}
    </>
  );
}

function throughput({ stats }: Node) {
  return (
    <>
      {rate(stats.perSecond)}/s
      {stats.failed > 0 && <small className="muted">{count(stats.failed)} failed</small>}
    </>
  );
}

function Heartbeat({ node }: { node: Node }) {
  return (
    <>
      <Time at={node.heartbeatAt} relative />
      <small className="muted">
        {isOnline(node) ? "Online since " : "Joined "}
        <Time at={node.onlineSince} />
      </small>
    </>
  );
}
