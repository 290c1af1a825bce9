/** What became of each scheduled run. */

import { Badge, type Look } from "../../components/badge";
import { Pager } from "../../components/page/pager";
import { EmptyState } from "../../components/page/states";
import { Table } from "../../components/table/table";
import { Time } from "../../components/time";
import { count, plural, words } from "../../lib/format";
import { Link, withParams } from "../../lib/routing/router";
import type { Schedule } from "./query";
import { groupTicks, type TickGroup, tickReasonText } from "./ticks";

const LOOKS: Record<string, Look> = {
  FIRED: { tone: "success", icon: "check" },
  SKIPPED: { tone: "pending", icon: "skip" },
  MISSED: { tone: "failed", icon: "cross" },
};
const UNKNOWN: Look = { tone: "plain", icon: "clock" };

type RunHistoryProps = { schedule: Schedule; isFirstPage: boolean };

export function RunHistory({ schedule, isFirstPage }: RunHistoryProps) {
  const { nodes, pageInfo, totalCount } = schedule.ticks;
  if (!nodes.length)
    return <EmptyState>Runs appear here when their scheduled time has come.</EmptyState>;
  return (
    <>
      <Table
        caption="Scheduled runs, newest first"
        minWidth={720}
        rows={groupTicks(nodes)}
        rowKey={({ id }) => id}
        columns={[
          { header: "Scheduled time", cell: (tick) => <ScheduledTime tick={tick} /> },
          { header: "Outcome", width: "112px", cell: (tick) => <Outcome tick={tick} /> },
          { header: "Times", width: "112px", align: "end", cell: (tick) => count(tick.count) },
          {
            header: "Reason",
            width: "22%",
            cell: ({ reason }) => reason && tickReasonText(reason),
          },
          { header: "Run", width: "72px", align: "end", cell: (tick) => <Run tick={tick} /> },
          { header: "Fired", width: "136px", cell: ({ firedAt }) => <Time at={firedAt} /> },
        ]}
      />
      <Pager
        newer={!isFirstPage && withParams({ after: undefined })}
        older={pageInfo.hasNextPage && withParams({ after: pageInfo.endCursor ?? undefined })}
      >
        {plural(totalCount, "entry", "entries")} in total
      </Pager>
    </>
  );
}

function ScheduledTime({ tick }: { tick: TickGroup }) {
  if (tick.firstAt === tick.nominalAt) return <Time at={tick.nominalAt} />;
  return (
    <>
      <Time at={tick.firstAt} /> to <Time at={tick.nominalAt} />
    </>
  );
}

/** The number of a run of the schedule's task, or a link to the task of an overlapping run. */
function Run({ tick: { run, task } }: { tick: TickGroup }) {
  if (!task) return null;
  if (!task.isOverlapping) return run;
  return <Link href={`/app/tasks/${task.uuid}`}>task</Link>;
}

function Outcome({ tick }: { tick: TickGroup }) {
  return <Badge {...(LOOKS[tick.outcome] ?? UNKNOWN)}>{words(tick.outcome)}</Badge>;
}
