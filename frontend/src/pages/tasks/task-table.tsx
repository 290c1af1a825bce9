/** The list of tasks. Its columns fit what it lists. */

import { type Column, Table } from "../../components/table/table";
import { pendingReasonText } from "../../components/tasks/pending-reason";
import { Status } from "../../components/tasks/status";
import { Sum } from "../../components/tasks/sum";
import { Message, Time } from "../../components/time";
import { duration, shortId } from "../../lib/format";
import { Link, navigate, withParams } from "../../lib/routing/router";
import { useColumns } from "./columns/column-choices";
import { SORTABLE } from "./orders";
import type { TaskRow } from "./query";
import type { View } from "./search/search";
import type { Selection } from "./selection";

const COLUMNS = {
  id: {
    header: "ID",
    width: "84px",
    role: "title",
    cell: ({ uuid }) => (
      <Link href={`/app/tasks/${uuid}`} className="id">
        {shortId(uuid)}
      </Link>
    ),
  },
  status: { header: "Status", width: "110px", cell: ({ status }) => <Status status={status} /> },
  sum: { header: "Task", isLong: true, cell: (row) => <Sum {...row} /> },
  REASON: {
    header: "Reason",
    isLong: true,
    width: "32%",
    cell: ({ failedMessage, pendingReason }) =>
      pendingReason ? pendingReasonText(pendingReason) : <Message text={failedMessage ?? "–"} />,
  },
  QUEUE: { header: "Queue", width: "98px", cell: ({ queue }) => queue.name },
  PRIORITY: { header: "Priority", width: "60px", align: "end", cell: ({ priority }) => priority },
  NODE: {
    header: "Node",
    width: "106px",
    cell: ({ workerNode }) => workerNode?.name ?? <span className="muted">–</span>,
  },
  QUEUE_TIME: {
    header: "Queue time",
    width: "74px",
    align: "end",
    cell: ({ queueTimeMs }) => duration(queueTimeMs),
  },
  DURATION: {
    header: "Duration",
    width: "76px",
    align: "end",
    cell: ({ runTimeMs }) => duration(runTimeMs),
  },
  CREATED: { header: "Created", width: "82px", cell: ({ createdAt }) => <Time at={createdAt} /> },
  FINISHED: {
    header: "Finished",
    width: "86px",
    cell: ({ finishedAt }) => <Time at={finishedAt} />,
  },
} satisfies Record<string, Column<TaskRow>>;

export function TaskTable(props: {
  rows: readonly TaskRow[];
  view: View;
  order: string;
  selection: Selection;
}) {
  const { rows, view, order, selection } = props;
  const names = ["id", "status", "sum", ...useColumns(view)] as const;
  const ids = rows.map(({ id }) => id);
  const select: Column<TaskRow> = {
    header: "Select",
    width: "36px",
    role: "select",
    head: (
      <Checkbox
        label="Select all on this page"
        isChecked={ids.every((id) => selection.ids.has(id))}
        onClick={() => selection.toggleAll(ids)}
      />
    ),
    cell: ({ id, uuid }) => (
      <Checkbox
        label={`Select ${shortId(uuid)}`}
        isChecked={selection.ids.has(id)}
        onClick={(isRange) => selection.toggle(ids, id, isRange)}
      />
    ),
  };
  return (
    <Table
      caption="Tasks"
      minWidth={940}
      rows={rows}
      // Rows keep their place and change their content, so that nothing moves when tasks arrive.
      rowKey={(_, index) => index}
      rowClass={({ id }) => (selection.ids.has(id) ? "chosen" : undefined)}
      columns={[
        select,
        ...names.map((name): Column<TaskRow> => ({ ...COLUMNS[name], sort: sortOf(name, order) })),
      ]}
    />
  );
}

/** The sorting by a column: the first click on its header sorts descending. */
function sortOf(column: string, order: string): Column<TaskRow>["sort"] {
  const orders = SORTABLE[column as keyof typeof SORTABLE];
  if (!orders) return undefined;
  const direction = (["descending", "ascending"] as const).find((each) => orders[each] === order);
  const next = direction === "descending" ? orders.ascending : orders.descending;
  const toNext = () => navigate(withParams({ order: next, after: undefined, before: undefined }));
  return { direction, toNext };
}

function Checkbox(props: {
  label: string;
  isChecked: boolean;
  onClick: (isRange: boolean) => void;
}) {
  return (
    <label className="checkbox">
      <input
        type="checkbox"
        aria-label={props.label}
        checked={props.isChecked}
        onClick={(event) => props.onClick(event.shiftKey)}
        readOnly
      />
    </label>
  );
}
