/** The events of a task. */

import { EventBadge } from "../../components/events/event";
import { EmptyState } from "../../components/page/states";
import { Table } from "../../components/table/table";
import { Status } from "../../components/tasks/status";
import { Message, Time } from "../../components/time";
import { plural } from "../../lib/format";
import type { Task } from "./data";

export function History({ task }: { task: Task }) {
  const changes = [...task.history].reverse();
  if (!changes.length)
    return <EmptyState>The event log no longer has the events of this task.</EmptyState>;
  return (
    <Table
      caption={`${plural(changes.length, "change")}, newest first`}
      minWidth={720}
      rows={changes}
      rowKey={({ cursor }) => cursor}
      columns={[
        { header: "Time", width: "136px", cell: ({ at }) => <Time at={at} /> },
        { header: "Event", width: "196px", cell: ({ kind }) => <EventBadge kind={kind} /> },
        { header: "Status", width: "116px", cell: ({ status }) => <Status status={status} /> },
        { header: "Attempt", width: "72px", align: "end", cell: ({ attempt }) => attempt },
        { header: "Node", width: "150px", cell: ({ workerNode }) => workerNode?.name },
        {
          header: "Message",
          isLong: true,
          cell: ({ message }) => message && <Message text={message} />,
        },
      ]}
    />
  );
}
