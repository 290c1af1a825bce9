/** The runs of a backfill, in the order in which they start. */

import { RunStateBadge } from "../../components/backfills/state";
import { Pager } from "../../components/page/pager";
import { EmptyState } from "../../components/page/states";
import { Table } from "../../components/table/table";
import { Time } from "../../components/time";
import { plural, shortId } from "../../lib/format";
import { Link, withParams } from "../../lib/routing/router";
import type { Backfill } from "./query";

export function Runs({ runs, isFirstPage }: { runs: Backfill["runs"]; isFirstPage: boolean }) {
  const { nodes, pageInfo, totalCount } = runs;
  if (!nodes.length) return <EmptyState>The runs of this backfill were deleted.</EmptyState>;
  return (
    <>
      <Table
        caption="Runs of the backfill"
        minWidth={680}
        rows={nodes}
        rowKey={({ id }) => id}
        columns={[
          {
            header: "Scheduled time",
            role: "title",
            cell: ({ scheduledFor }) => <Time at={scheduledFor} />,
          },
          { header: "State", width: "128px", cell: ({ state }) => <RunStateBadge state={state} /> },
          {
            header: "Task",
            width: "120px",
            cell: ({ task }) =>
              task && <Link href={`/app/tasks/${task.uuid}`}>{shortId(task.uuid)}</Link>,
          },
          { header: "Result", width: "22%", align: "end", cell: ({ task }) => task?.result },
          {
            header: "Finished",
            width: "144px",
            cell: ({ task }) => <Time at={task?.finishedAt} />,
          },
        ]}
      />
      <Pager
        newer={!isFirstPage && withParams({ after: undefined })}
        older={pageInfo.hasNextPage && withParams({ after: pageInfo.endCursor ?? undefined })}
      >
        {plural(totalCount, "run")} in total
      </Pager>
    </>
  );
}
