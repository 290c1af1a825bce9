/** The schedules: their state, their next and their last run. */

import { Icon } from "../../components/icon";
import { Page } from "../../components/page";
import { ConnectionPager, pageArguments } from "../../components/pager";
import { ScheduleActions } from "../../components/schedules/actions";
import { affectsSchedules } from "../../components/schedules/affected";
import { recurrenceText } from "../../components/schedules/recurrence";
import { ScheduleStateBadge } from "../../components/schedules/state";
import { EmptyState, Loading, QueryError } from "../../components/states";
import { Table } from "../../components/table/table";
import { Status } from "../../components/tasks/status";
import { Sum } from "../../components/tasks/sum";
import { Time } from "../../components/time";
import { RequireRole } from "../../components/viewer";
import { useLiveQuery } from "../../lib/api/live";
import { graphql, type ResultOf } from "../../lib/api/schema";
import { count, plural } from "../../lib/format";
import { Link, useParams } from "../../lib/router";

const PAGE_SIZE = 50;

const SchedulesQuery = graphql(`
  query Schedules($first: Int, $after: String, $last: Int, $before: String) {
    taskSchedules(first: $first, after: $after, last: $last, before: $before) {
      nodes {
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
      pageInfo {
        hasNextPage
        hasPreviousPage
        startCursor
        endCursor
      }
      totalCount
    }
  }
`);

type Schedule = ResultOf<typeof SchedulesQuery>["taskSchedules"]["nodes"][number];

export function Schedules() {
  const variables = pageArguments(useParams(), PAGE_SIZE);
  const { data, error } = useLiveQuery(SchedulesQuery, variables, (event, data) =>
    affectsSchedules(event, data?.taskSchedules.nodes.map(({ task }) => task.queue.name) ?? []),
  );
  const page = data?.taskSchedules;
  return (
    <Page
      title="Schedules"
      lead={page ? plural(page.totalCount, "schedule") : "…"}
      query={SchedulesQuery}
      variables={variables}
      actions={
        <>
          <Link href="/app/schedules/timeline">
            <Icon name="pulse" /> Timeline
          </Link>
          <Link href="/app/schedules/calendars">
            <Icon name="calendar" /> Calendars
          </Link>
          <RequireRole>
            <Link className="button primary" href="/app/schedules/new">
              <Icon name="plus" /> Create schedule
            </Link>
          </RequireRole>
        </>
      }
    >
      <QueryError error={data && error} />
      {!page ? (
        <Loading error={error} />
      ) : page.nodes.length ? (
        <>
          <ScheduleTable schedules={page.nodes} />
          <ConnectionPager info={page.pageInfo}>
            {plural(page.nodes.length, "schedule")} on this page
          </ConnectionPager>
        </>
      ) : (
        <EmptyState>
          No schedules yet. A schedule runs a task again and again.{" "}
          <RequireRole>
            <Link href="/app/schedules/new">Create a schedule</Link>
          </RequireRole>
        </EmptyState>
      )}
    </Page>
  );
}

function ScheduleTable({ schedules }: { schedules: Schedule[] }) {
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
          cell: ({ uuid, paused, task }) => (
            <ScheduleActions
              layout="menu"
              schedule={{ uuid, paused, name: `${task.a} + ${task.b}` }}
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
