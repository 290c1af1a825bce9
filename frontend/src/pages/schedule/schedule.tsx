/** One schedule: its upcoming runs, its configuration, and its run history. */

import { affectsBackfills } from "../../components/backfills/affected";
import { BackfillTable } from "../../components/backfills/backfill-table";
import { calendarPath } from "../../components/calendars/calendars";
import { type Fact, Facts } from "../../components/page/facts";
import { Page } from "../../components/page/page";
import { Panel } from "../../components/page/panel";
import { EmptyState, Loading, QueryError } from "../../components/page/states";
import { ScheduleActions } from "../../components/schedules/actions";
import { affectsSchedules } from "../../components/schedules/affected";
import { CATCH_UPS } from "../../components/schedules/catch-ups";
import { overlapText } from "../../components/schedules/overlaps";
import { recurrenceText } from "../../components/schedules/recurrence";
import { ScheduleStateBadge } from "../../components/schedules/state";
import { TimeList } from "../../components/schedules/time-list";
import { concurrencyText } from "../../components/tasks/concurrency";
import { Status } from "../../components/tasks/status";
import { Sum } from "../../components/tasks/sum";
import { Time } from "../../components/time";
import type { ClusterEvent } from "../../lib/api/events";
import { useLiveQuery } from "../../lib/api/live";
import { count, duration, plural } from "../../lib/format";
import { Link, navigate, useParams } from "../../lib/routing/router";
import { type Schedule, ScheduleQuery } from "./query";
import { RunHistory } from "./run-history";
import { RunStrip } from "./run-strip";

export function SchedulePage({ id }: { id: string }) {
  const after = useParams().get("after");
  const { data, error } = useLiveQuery(ScheduleQuery, { id, after }, (event, data) =>
    affectsAny(event, data?.taskSchedule?.task.queue.name),
  );
  const schedule = data?.taskSchedule;
  if (!schedule)
    return (
      <Page title={data ? "Schedule not found" : "Schedule"}>
        {data ? (
          <EmptyState>
            There is no schedule with this ID. <Link href="/app/schedules">Show all schedules</Link>
          </EmptyState>
        ) : (
          <Loading error={error} />
        )}
      </Page>
    );
  const { uuid, paused, task } = schedule;
  const every = recurrenceText(schedule.recurrence);
  return (
    <Page
      title={`Schedule ${every}`}
      heading={
        <>
          <Sum a={task.a} b={task.b} /> {every}
        </>
      }
      lead={
        <>
          <ScheduleStateBadge schedule={schedule} /> {paused && schedule.pauseNote}
        </>
      }
      query={ScheduleQuery}
      variables={{ id, after }}
      actions={
        <ScheduleActions
          layout="buttons"
          schedule={{ uuid, paused, pauseNote: schedule.pauseNote, name: `${task.a} + ${task.b}` }}
          onDeleted={() => navigate("/app/schedules", { replace: true })}
        />
      }
    >
      <QueryError error={error} />
      <div className="columns">
        <Panel title="Upcoming runs">
          {schedule.upcoming.length ? (
            <TimeList times={schedule.upcoming} />
          ) : (
            <EmptyState>
              {paused
                ? "No run is triggered while the schedule is paused."
                : "The schedule is completed."}
            </EmptyState>
          )}
        </Panel>
        <Panel title="Configuration">
          <Configuration schedule={schedule} />
        </Panel>
        <Panel
          title="Backfills"
          className="wide"
          aside={
            schedule.backfills.totalCount > schedule.backfills.nodes.length && (
              <Link href="/app/schedules/backfills">All backfills</Link>
            )
          }
        >
          {schedule.backfills.nodes.length ? (
            <BackfillTable backfills={schedule.backfills.nodes} />
          ) : (
            <EmptyState>
              No backfills. A backfill runs the scheduled times of a range in the past.
            </EmptyState>
          )}
        </Panel>
        <Panel title="Run history" className="wide">
          <RunStrip schedule={schedule} />
          <RunHistory schedule={schedule} isFirstPage={!after} />
        </Panel>
      </div>
    </Page>
  );
}

function affectsAny(event: ClusterEvent, queue: string | undefined): boolean {
  return affectsSchedules(event, [queue]) || affectsBackfills(event, [queue]);
}

function Configuration({ schedule }: { schedule: Schedule }) {
  const { task } = schedule;
  const facts: Fact[] = [
    [
      "Task",
      <span key="task" className="inline">
        <Link href={`/app/tasks/${task.uuid}`}>
          <Sum {...task} />
        </Link>
        <Status status={task.status} />
      </span>,
    ],
    ["Recurrence", recurrenceText(schedule.recurrence)],
    [
      schedule.recurrence.cron ? "Not before" : "First run",
      <Time key="first" at={schedule.scheduledAt} />,
    ],
    ...cronFacts(schedule),
    ["Queue", task.queue.name],
    ["Priority", task.priority],
    ["Simulated duration", task.durationMs ? duration(task.durationMs) : "none"],
    ["Slots", task.slots],
    ["Max attempts", task.maxAttempts],
    ["Simulated failures", task.failAttempts ? plural(task.failAttempts, "attempt") : "none"],
    ["Retry backoff", duration(task.retryBackoffMs)],
    ["Concurrency key", concurrencyText(task)],
    ["While a run is active", overlapText(schedule)],
    ["Missed runs", CATCH_UPS[schedule.catchUp]],
    ["Misfire grace period", duration(schedule.misfireGrace * 1_000)],
    ["Jitter", schedule.jitter ? `up to ${duration(schedule.jitter * 1_000)}` : "none"],
    ["Calendars", <Calendars key="calendars" names={schedule.calendars} />],
    ["Labels", schedule.labels.join(", ") || "none"],
    ["Ends at", schedule.endsAt ? <Time key="ends" at={schedule.endsAt} /> : "never"],
    ["Maximum runs", schedule.maxRuns == null ? "unlimited" : count(schedule.maxRuns)],
    [
      "Runs so far",
      `${plural(schedule.firedCount, "run")} fired, ${count(schedule.skippedCount)} skipped, ${count(schedule.missedCount)} missed`,
    ],
    ["Created", <Time key="created" at={schedule.createdAt} />],
  ];
  return <Facts facts={facts} />;
}

function Calendars({ names }: { names: readonly string[] }) {
  if (!names.length) return "none";
  return (
    <ul>
      {names.map((name) => (
        <li key={name}>
          <Link href={calendarPath(name)}>{name}</Link>
        </li>
      ))}
    </ul>
  );
}

function cronFacts({ recurrence: { cron } }: Schedule): Fact[] {
  if (!cron) return [];
  return [
    ["Cron expression", <code key="cron">{cron.expression}</code>],
    ["Time zone", cron.timeZone],
    ["When clocks go forward", cron.onGap === "SKIP" ? "Skip missing times" : "Run after the gap"],
    [
      "When clocks go back",
      cron.onFold === "BOTH" ? "Run repeated times twice" : "Run repeated times once",
    ],
  ];
}
