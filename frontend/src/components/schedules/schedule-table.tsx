/** Schedules as a table: their state, their next and their last run. */

import { graphql, type ResultOf } from "../../lib/api/schema";
import { count } from "../../lib/format";
import { Link } from "../../lib/routing/router";
import { Table } from "../table/table";
import { Status } from "../tasks/status";
import { Sum } from "../tasks/sum";
import { Time } from "../time";
import { ScheduleActions } from "./actions";
import { recurrenceText } from "./recurrence";
import { ScheduleStateBadge } from "./state";

/** What a row shows. */
export const ScheduleRow = graphql(`
  fragment ScheduleRow on TaskSchedule {
    id
    uuid
    recurrence {
      interval
      text
    }
    nextRunAt
    labels
    paused
    pauseNote
    firedCount
    skippedCount
    missedCount
    task {
      uuid
      a
      b
      status
      queue {
        name
      }
    }
  }
`);

type Schedule = ResultOf<typeof ScheduleRow>;

export function ScheduleTable({ schedules }: { schedules: Schedule[] }) {
  const number = (header: string, name: "firedCount" | "skippedCount" | "missedCount") => ({
    header,
    width: "72px",
    align: "end" as const,
    cell: (schedule: Schedule) => count(schedule[name]),
  });
  return (
    <Table
      caption="Schedules"
      minWidth={960}
      rows={schedules}
      rowKey={({ id }) => id}
      columns={[
        {
          header: "Task",
          role: "title",
          cell: ({ uuid, task, labels }) => (
            <>
              <Link href={`/app/schedules/${uuid}`}>
                <Sum a={task.a} b={task.b} />
              </Link>
              {labels.length > 0 && <small className="muted">{labels.join(", ")}</small>}
            </>
          ),
        },
        {
          header: "Recurrence",
          width: "15%",
          cell: ({ recurrence }) => recurrenceText(recurrence),
        },
        { header: "State", width: "13%", cell: (schedule) => <State schedule={schedule} /> },
        {
          header: "Next run",
          width: "104px",
          cell: ({ nextRunAt }) => <Time at={nextRunAt} relative />,
        },
        {
          header: "Last run",
          width: "112px",
          cell: ({ task }) => (
            <Link href={`/app/tasks/${task.uuid}`}>
              <Status status={task.status} />
            </Link>
          ),
        },
        { header: "Queue", width: "112px", cell: ({ task }) => task.queue.name },
        number("Fired", "firedCount"),
        number("Skipped", "skippedCount"),
        number("Missed", "missedCount"),
        {
          header: "Actions",
          width: "56px",
          role: "actions",
          cell: ({ uuid, paused, pauseNote, task }) => (
            <ScheduleActions
              layout="menu"
              schedule={{ uuid, paused, pauseNote, name: `${task.a} + ${task.b}` }}
            />
          ),
        },
      ]}
    />
  );
}

function State({ schedule }: { schedule: Schedule }) {
  return (
    <>
      <ScheduleStateBadge schedule={schedule} />
      {schedule.paused && schedule.pauseNote && (
        <small className="muted">{schedule.pauseNote}</small>
      )}
    </>
  );
}
