/** The queues and nodes of a state in the past. */

import { Badge } from "../../../components/badge";
import { NodeStateBadge } from "../../../components/nodes/state";
import { EmptyState } from "../../../components/page/states";
import { type Column, Table } from "../../../components/table/table";
import type { TaskStatus } from "../../../lib/api/schema";
import { count } from "../../../lib/format";
import type { PastCluster, PastQueue } from "./query";

const COUNTS: [TaskStatus, string][] = [
  ["PENDING", "Pending"],
  ["RUNNING", "Running"],
  ["SUCCESS", "Succeeded"],
  ["FAILED", "Failed"],
  ["CANCELLED", "Cancelled"],
];

type Row = Pick<PastQueue, "name" | "statusCounts"> & { paused?: boolean | null };

export function PastQueues({ past }: { past: PastCluster }) {
  const total: Row = { name: "All queues", statusCounts: past.statusCounts };
  return (
    <Table<Row>
      caption="Queues in the past"
      minWidth={560}
      rows={[...past.queues, total]}
      rowKey={({ name }) => name}
      columns={[
        { header: "Queue", role: "title", cell: ({ name }) => name },
        { header: "State", width: "18%", cell: (row) => <QueueState paused={row.paused} /> },
        ...COUNTS.map(([status, header]) => counted(status, header)),
      ]}
    />
  );
}

function QueueState({ paused }: { paused?: boolean | null }) {
  if (paused === undefined) return null;
  if (paused === null) return <Unknown />;
  return paused ? (
    <Badge tone="pending" icon="pause">
      Paused
    </Badge>
  ) : (
    <Badge tone="success" icon="check">
      Active
    </Badge>
  );
}

function counted(status: TaskStatus, header: string): Column<Row> {
  return {
    header,
    align: "end",
    width: "13%",
    cell: ({ statusCounts }) =>
      count(statusCounts.find((each) => each.status === status)?.count ?? 0),
  };
}

export function PastNodes({ past }: { past: PastCluster }) {
  if (!past.workerNodes.length) return <EmptyState>No node had joined yet.</EmptyState>;
  return (
    <Table
      caption="Nodes in the past"
      minWidth={260}
      rows={past.workerNodes}
      rowKey={({ name }) => name}
      columns={[
        { header: "Node", role: "title", cell: ({ name }) => name },
        {
          header: "State",
          width: "45%",
          cell: ({ connection, scheduling }) =>
            connection === "ONLINE" && !scheduling ? (
              <Unknown />
            ) : (
              <NodeStateBadge
                node={{ connection, scheduling: scheduling ?? "ACTIVE", stopRequestedAt: null }}
              />
            ),
        },
      ]}
    />
  );
}

function Unknown() {
  return (
    <span className="muted" title="The log no longer contains the event that says it.">
      Unknown
    </span>
  );
}
