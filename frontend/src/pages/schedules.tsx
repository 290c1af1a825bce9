/** The schedules, and the form that makes one. */

import { useState } from "react";
import { act } from "../api";
import { duration, plural } from "../format";
import { Icon } from "../icons";
import { type Line, useLive } from "../log";
import { notify } from "../notices";
import { Badge, Empty, Page, Pager, Problem, Status, Sum, Table, Time, Waiting } from "../parts";
import { Link, navigate, useParams, withParams } from "../router";
import { graphql, Refusal, type ResultOf, type UserError } from "../schema";
import { LookOnly, Steering } from "../viewer";
import { NO_WISH, ScheduleForm } from "./schedule-form";
import { SteerSchedule } from "./schedule-steering";

const PAGE = 50;

const SchedulesPage = graphql(`
  query Schedules($first: Int, $after: String, $last: Int, $before: String) {
    taskSchedules(first: $first, after: $after, last: $last, before: $before) {
      nodes {
        id
        uuid
        interval
        nextRunAt
        paused
        pauseNote
        fired
        skipped
        missed
        task {
          uuid
          a
          b
          result
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

const CreateTaskSchedule = graphql(
  `
    mutation CreateTaskSchedule($input: CreateTaskScheduleInput!) {
      createTaskSchedule(input: $input) {
        taskSchedule {
          uuid
        }
        errors {
          ...Refusal
        }
      }
    }
  `,
  [Refusal],
);

type Row = ResultOf<typeof SchedulesPage>["taskSchedules"]["nodes"][number];

/** Whether a line of the log may be about a schedule, or about the task of one in these queues. */
export function concernsSchedules(line: Line, queues: (string | undefined)[]): boolean {
  return line.scheduleIds.length > 0 || (line.taskCount > 0 && queues.includes(line.queue ?? ""));
}

export function Schedules() {
  const params = useParams();
  const before = params.get("before");
  const variables = before ? { last: PAGE, before } : { first: PAGE, after: params.get("after") };
  const { data, error } = useLive(SchedulesPage, variables, (line, data) =>
    concernsSchedules(line, data?.taskSchedules.nodes.map(({ task }) => task.queue.name) ?? []),
  );
  const page = data?.taskSchedules;
  return (
    <Page
      title="Schedules"
      lead={page ? plural(page.totalCount, "schedule") : "…"}
      query={SchedulesPage}
      variables={variables}
      actions={
        <Steering>
          <Link className="button primary" href="/app/schedules/new">
            <Icon name="plus" /> New schedule
          </Link>
        </Steering>
      }
    >
      <Problem error={data && error} />
      {!page ? (
        <Waiting error={error} />
      ) : page.nodes.length ? (
        <Rows rows={page.nodes} />
      ) : (
        <Empty>
          Nothing is run again and again yet.{" "}
          <Steering>
            <Link href="/app/schedules/new">Make a schedule</Link>
          </Steering>
        </Empty>
      )}
      {page && (
        <Pager
          newer={
            page.pageInfo.hasPreviousPage &&
            withParams({ before: page.pageInfo.startCursor!, after: undefined })
          }
          older={
            page.pageInfo.hasNextPage &&
            withParams({ after: page.pageInfo.endCursor!, before: undefined })
          }
        >
          {plural(page.nodes.length, "schedule")} on this page
        </Pager>
      )}
    </Page>
  );
}

function Rows({ rows }: { rows: Row[] }) {
  return (
    <Table
      caption="Schedules"
      head={
        <>
          <th scope="col">Schedule</th>
          <th scope="col">State</th>
          <th scope="col">Next tick</th>
          <th scope="col">Last run</th>
          <th scope="col">Queue</th>
          <th scope="col" className="number">
            Fired
          </th>
          <th scope="col" className="number">
            Skipped
          </th>
          <th scope="col" className="number">
            Missed
          </th>
          <th scope="col">
            <span className="sr-only">Actions</span>
          </th>
        </>
      }
    >
      {rows.map((row) => (
        <tr key={row.id}>
          <th scope="row">
            <Link href={`/app/schedules/${row.uuid}`}>
              <Sum a={row.task.a} b={row.task.b} /> every {duration(row.interval * 1_000)}
            </Link>
          </th>
          <td>
            <ScheduleState schedule={row} />
          </td>
          <td>
            <Time at={row.nextRunAt} relative />
          </td>
          <td>
            <Link href={`/app/tasks/${row.task.uuid}`}>
              <Status status={row.task.status} />
            </Link>
          </td>
          <td>{row.task.queue.name}</td>
          <td className="number">{row.fired}</td>
          <td className="number">{row.skipped}</td>
          <td className="number">{row.missed}</td>
          <td>
            <SteerSchedule schedule={row} compact />
          </td>
        </tr>
      ))}
    </Table>
  );
}

export function ScheduleState(props: {
  schedule: { paused: boolean; pauseNote: string; nextRunAt: string | null };
}) {
  const { paused, pauseNote, nextRunAt } = props.schedule;
  if (paused)
    return (
      <Badge tone="pending" icon="pause">
        Paused{pauseNote && `: ${pauseNote}`}
      </Badge>
    );
  if (!nextRunAt)
    return (
      <Badge tone="cancelled" icon="check">
        Over
      </Badge>
    );
  return (
    <Badge tone="success" icon="repeat">
      Ticking
    </Badge>
  );
}

export function NewSchedule() {
  const [errors, setErrors] = useState<UserError[]>([]);
  return (
    <Page title="New schedule" lead="A task that runs again and again, on a grid of ticks">
      <Steering otherwise={<LookOnly />}>
        <ScheduleForm
          initial={NO_WISH()}
          label="Create schedule"
          errors={errors}
          onSubmit={async (input) => {
            const { payload, errors } = await act(CreateTaskSchedule, { input });
            setErrors(errors);
            if (!payload?.taskSchedule || errors.length) return;
            notify("The schedule was created");
            navigate(`/app/schedules/${payload.taskSchedule.uuid}`);
          }}
        />
      </Steering>
    </Page>
  );
}
