/** Events as a table. */

import { EventBadge, EventResource } from "../../components/events/event";
import { eventMessage } from "../../components/events/labels";
import { EmptyState } from "../../components/page/states";
import { type Column, Table } from "../../components/table/table";
import { Message, Time } from "../../components/time";
import type { ClusterEvent } from "../../lib/api/events";
import { Link, withParams } from "../../lib/routing/router";

const COLUMNS: Column<ClusterEvent>[] = [
  { header: "Time", width: "86px", cell: ({ at }) => <Time at={at} /> },
  { header: "Event", width: "188px", cell: ({ kind }) => <EventBadge kind={kind} /> },
  { header: "Resource", isLong: true, cell: (event) => <EventResource event={event} /> },
  { header: "Queue", width: "92px", cell: ({ queue }) => queue },
  { header: "Node", width: "104px", cell: ({ workerNode }) => workerNode?.name },
  {
    header: "Message",
    width: "21%",
    isLong: true,
    cell: (event) => <EventMessage event={event} />,
  },
  {
    header: "Permalink",
    role: "actions",
    width: "90px",
    cell: ({ cursor }) => (
      <Link href={withParams({ after: cursor, before: undefined })}>Permalink</Link>
    ),
  },
];

type EventTableProps = {
  events: readonly ClusterEvent[];
  /** Rows keep their place while events arrive, so that nothing moves. */
  isLive?: boolean;
};

export function EventTable({ events, isLive }: EventTableProps) {
  if (!events.length) return <EmptyState>Events appear here when something happens.</EmptyState>;
  return (
    <Table
      caption="Events"
      minWidth={920}
      rows={events}
      rowKey={(event, index) => (isLive ? index : event.cursor)}
      isSingleLine={isLive}
      columns={COLUMNS}
    />
  );
}

function EventMessage({ event }: { event: ClusterEvent }) {
  const text = eventMessage(event);
  if (!text && !event.actor) return null;
  return (
    <span title={text}>
      <Message text={text} />
      {event.actor && <span className="muted"> by {event.actor}</span>}
    </span>
  );
}
