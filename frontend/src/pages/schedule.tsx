/** One schedule: its next ticks, and what became of those that were. */

import { duration, words } from "../format";
import type { IconName } from "../icons";
import { useLive } from "../log";
import {
  Badge,
  Empty,
  Page,
  Pager,
  Panel,
  Problem,
  Status,
  Sum,
  Table,
  Time,
  Waiting,
} from "../parts";
import { Link, navigate, useParams, withParams } from "../router";
import { graphql, type ResultOf } from "../schema";
import { SteerSchedule } from "./schedule-steering";
import { concernsSchedules, ScheduleState } from "./schedules";

const SchedulePage = graphql(`
  query Schedule($id: ID!, $after: String) {
    taskSchedule(id: $id) {
      id
      uuid
      scheduledAt
      interval
      nextRunAt
      paused
      pausedAt
      pauseNote
      overlap
      misfireGrace
      endsAt
      maxRuns
      jitter
      fired
      skipped
      missed
      createdAt
      upcoming(count: 8)
      task {
        uuid
        a
        b
        result
        status
        priority
        durationMs
        queue {
          name
        }
      }
      ticks(first: 25, after: $after) {
        nodes {
          id
          nominalAt
          outcome
          count
          run
          firedAt
          reason
        }
        pageInfo {
          hasNextPage
          endCursor
        }
        totalCount
      }
    }
  }
`);

type Schedule = NonNullable<ResultOf<typeof SchedulePage>["taskSchedule"]>;

const OUTCOMES: Record<string, { tone: string; icon: IconName }> = {
  FIRED: { tone: "success", icon: "check" },
  SKIPPED: { tone: "pending", icon: "skip" },
  MISSED: { tone: "failed", icon: "cross" },
};

const REASONS: Record<string, string> = {
  OVERLAP: "The last run had not finished",
  PAUSED: "The schedule was paused",
  LIMIT: "The schedule is over",
  TRIGGERED: "Somebody asked for it",
};

export function ScheduleView({ id }: { id: string }) {
  const after = useParams().get("after");
  const { data, error } = useLive(SchedulePage, { id, after }, (line, data) =>
    concernsSchedules(line, [data?.taskSchedule?.task.queue.name]),
  );
  const schedule = data?.taskSchedule;
  if (!schedule)
    return (
      <Page title="Schedule">
        {data ? (
          <p className="empty">
            There is no such schedule. See <Link href="/app/schedules">all schedules</Link>.
          </p>
        ) : (
          <Waiting error={error} />
        )}
      </Page>
    );
  return (
    <Page
      title={`Schedule every ${duration(schedule.interval * 1_000)}`}
      heading={
        <>
          <Sum a={schedule.task.a} b={schedule.task.b} /> every{" "}
          {duration(schedule.interval * 1_000)}
        </>
      }
      lead={<ScheduleState schedule={schedule} />}
      query={SchedulePage}
      variables={{ id, after }}
      actions={
        <SteerSchedule
          schedule={schedule}
          onDeleted={() => navigate("/app/schedules", { replace: true })}
        />
      }
    >
      <Problem error={error} />
      <div className="columns">
        <Panel title="Next ticks">
          <Upcoming schedule={schedule} />
        </Panel>
        <Panel title="What it is">
          <Facts schedule={schedule} />
        </Panel>
        <Panel title="Ticks so far" className="wide">
          <Ticks schedule={schedule} isFirst={!after} />
        </Panel>
      </div>
    </Page>
  );
}

function Upcoming({ schedule }: { schedule: Schedule }) {
  if (!schedule.upcoming.length)
    return <Empty>{schedule.paused ? "None while it is paused." : "None: it is over."}</Empty>;
  return (
    <ol className="ticks">
      {schedule.upcoming.map((tick) => (
        <li key={tick}>
          <Time at={tick} />{" "}
          <span className="muted">
            <Time at={tick} relative />
          </span>
        </li>
      ))}
    </ol>
  );
}

function Facts({ schedule }: { schedule: Schedule }) {
  const { task } = schedule;
  return (
    <dl className="facts">
      <dt>Task</dt>
      <dd>
        <Link href={`/app/tasks/${task.uuid}`}>
          <Sum {...task} />
        </Link>{" "}
        <Status status={task.status} />
      </dd>
      <dt>First tick</dt>
      <dd>
        <Time at={schedule.scheduledAt} />
      </dd>
      <dt>Queue, priority</dt>
      <dd>
        {task.queue.name}, {task.priority}
      </dd>
      <dt>Simulated work</dt>
      <dd>{task.durationMs ? duration(task.durationMs) : "none"}</dd>
      <dt>Overlap</dt>
      <dd>{schedule.overlap === "SKIP" ? "the tick is skipped" : "one tick is kept"}</dd>
      <dt>Misfire grace</dt>
      <dd>{duration(schedule.misfireGrace * 1_000)}</dd>
      <dt>Jitter</dt>
      <dd>{schedule.jitter ? `up to ${duration(schedule.jitter * 1_000)}` : "none"}</dd>
      <dt>Ends</dt>
      <dd>
        {schedule.endsAt ? <Time at={schedule.endsAt} /> : "never"}
        {schedule.maxRuns != null && `, after ${schedule.maxRuns} ticks at the latest`}
      </dd>
      <dt>Fired, skipped, missed</dt>
      <dd>
        {schedule.fired}, {schedule.skipped}, {schedule.missed}
      </dd>
      <dt>Created</dt>
      <dd>
        <Time at={schedule.createdAt} />
      </dd>
    </dl>
  );
}

function Ticks({ schedule, isFirst }: { schedule: Schedule; isFirst: boolean }) {
  const { nodes, pageInfo } = schedule.ticks;
  if (!nodes.length) return <Empty>None yet.</Empty>;
  return (
    <>
      <Table
        caption="Ticks, the newest first"
        head={
          <>
            <th scope="col">Tick</th>
            <th scope="col">Outcome</th>
            <th scope="col">Why</th>
            <th scope="col" className="number">
              Run
            </th>
            <th scope="col">Started</th>
          </>
        }
      >
        {nodes.map((tick) => (
          <tr key={tick.id}>
            <td>
              <Time at={tick.nominalAt} />
            </td>
            <td>
              <Badge {...(OUTCOMES[tick.outcome] ?? { tone: "cancelled", icon: "clock" })}>
                {words(tick.outcome)}
                {tick.count > 1 && ` × ${tick.count}`}
              </Badge>
            </td>
            <td>{tick.reason && (REASONS[tick.reason] ?? words(tick.reason))}</td>
            <td className="number">{tick.run}</td>
            <td>
              <Time at={tick.firedAt} />
            </td>
          </tr>
        ))}
      </Table>
      <Pager
        newer={!isFirst && withParams({ after: undefined })}
        older={pageInfo.hasNextPage && withParams({ after: pageInfo.endCursor! })}
      >
        {schedule.ticks.totalCount} in all
      </Pager>
    </>
  );
}
