/** Backfills as a table: their range, their state and their progress. */

import { graphql, type ResultOf } from "../../lib/api/schema";
import { count } from "../../lib/format";
import { Link } from "../../lib/routing/router";
import { Table } from "../table/table";
import { Sum } from "../tasks/sum";
import { Time } from "../time";
import { BackfillActions } from "./actions";
import { ProgressBar } from "./progress";
import { BackfillStateBadge } from "./state";

/** What a row shows. */
export const BackfillRow = graphql(`
  fragment BackfillRow on Backfill {
    id
    uuid
    from
    until
    state
    total
    createdAt
    counts {
      waiting
      active
      succeeded
      failed
      cancelled
    }
    schedule {
      task {
        a
        b
        queue {
          name
        }
      }
    }
  }
`);

type Backfill = ResultOf<typeof BackfillRow>;

export function backfillPath(uuid: string): string {
  return `/app/schedules/backfills/${uuid}`;
}

export function BackfillTable(props: {
  backfills: readonly Backfill[];
  /** Whether the rows name their schedules. */
  hasSchedules?: boolean;
}) {
  return (
    <Table
      caption="Backfills"
      minWidth={960}
      rows={props.backfills}
      rowKey={({ id }) => id}
      columns={[
        {
          header: "Range",
          role: "title",
          cell: ({ uuid, from, until }) => (
            <Link href={backfillPath(uuid)}>
              <Time at={from} /> to <Time at={until} />
            </Link>
          ),
        },
        props.hasSchedules === true && {
          header: "Task",
          width: "14%",
          cell: ({ schedule }) => (schedule ? <Sum {...schedule.task} /> : "schedule deleted"),
        },
        {
          header: "State",
          width: "112px",
          cell: ({ state }) => <BackfillStateBadge state={state} />,
        },
        {
          header: "Progress",
          width: "24%",
          cell: ({ counts, total }) => <ProgressBar counts={counts} total={total} />,
        },
        { header: "Runs", width: "80px", align: "end", cell: ({ total }) => count(total) },
        {
          header: "Failed",
          width: "72px",
          align: "end",
          cell: ({ counts }) => count(counts.failed),
        },
        {
          header: "Created",
          width: "136px",
          cell: ({ createdAt }) => <Time at={createdAt} />,
        },
        {
          header: "Actions",
          width: "56px",
          role: "actions",
          cell: (backfill) => <BackfillActions layout="menu" backfill={backfill} />,
        },
      ]}
    />
  );
}
