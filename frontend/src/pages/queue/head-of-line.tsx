/** The due tasks that nodes claim first, one for each number of slots, and why each is pending. */

import { Badge } from "../../components/badge";
import { EmptyState } from "../../components/page/states";
import { Table } from "../../components/table/table";
import { Sum } from "../../components/tasks/sum";
import { Message, Time } from "../../components/time";
import { words } from "../../lib/format";
import { Link } from "../../lib/routing/router";
import type { Queue } from "./query";

type Group = Queue["pendingGroups"][number];

const SELF_STARTING: readonly Group["reason"][] = [
  "QUEUE_LIMIT",
  "CONCURRENCY_KEY",
  "START_RATE",
  "SLOTS_RESERVED",
  "WAITING_FOR_SLOT",
];

export function HeadOfLine({ groups }: { groups: Queue["pendingGroups"] }) {
  if (!groups.length) return <EmptyState>No task of this queue is due.</EmptyState>;
  return (
    <Table
      caption="Next tasks"
      minWidth={640}
      rows={groups}
      rowKey={({ slots }) => slots}
      columns={[
        {
          header: "Task",
          role: "title",
          cell: ({ firstTask }) => (
            <Link href={`/app/tasks/${firstTask.uuid}`}>
              <Sum {...firstTask} />
            </Link>
          ),
        },
        { header: "Slots", width: "64px", align: "end", cell: ({ slots }) => slots },
        {
          header: "Priority",
          width: "76px",
          align: "end",
          cell: ({ firstTask }) => firstTask.priority,
        },
        { header: "Due", width: "110px", cell: ({ firstTask }) => <Time at={firstTask.dueAt} /> },
        { header: "Reason", width: "46%", isLong: true, cell: (group) => <Reason group={group} /> },
      ]}
    />
  );
}

function Reason({ group: { reason, message, firstTask } }: { group: Group }) {
  const startsByItself = SELF_STARTING.includes(reason);
  const estimate = firstTask.pending?.estimatedStartAt;
  return (
    <>
      <Badge tone={startsByItself ? "pending" : "failed"} icon={startsByItself ? "clock" : "alert"}>
        {words(reason)}
      </Badge>{" "}
      <Message text={message} />
      {estimate && (
        <small className="muted">
          Estimated start <Time at={estimate} />
        </small>
      )}
    </>
  );
}
