/** The runs of a task, each as a bar of its phases. */

import { EmptyState } from "../../components/page/states";
import { Status } from "../../components/tasks/status";
import { Time } from "../../components/time";
import { duration, plural } from "../../lib/format";
import { useNow } from "../../lib/time/clock";
import type { Task } from "./data";
import { barsOf, endOf, type Phase, type PhaseKind, type Run, runsOf } from "./runs";

const SHOWN = 6;
const NAMES: Record<PhaseKind, string> = {
  scheduled: "Scheduled",
  queued: "Queued",
  running: "Ran",
};

export function RunTimeline({ task }: { task: Task }) {
  const now = useNow();
  const runs = runsOf(task.history, task, now);
  if (!runs.length)
    return <EmptyState>A run appears here when the schedule triggers the task.</EmptyState>;
  return (
    <>
      <ol className="runs" reversed>
        {runs
          .slice(-SHOWN)
          .reverse()
          .map((run) => (
            <RunBar key={run.from} run={run} now={now} />
          ))}
      </ol>
      {runs.length > SHOWN && (
        <p className="muted">
          Last {SHOWN} of {plural(runs.length, "run")}
        </p>
      )}
    </>
  );
}

function RunBar({ run, now }: { run: Run; now: number }) {
  const end = endOf(run, now);
  return (
    <li>
      <div className="run-head">
        <Status status={run.status} />
        <Time at={run.from} />
        {run.attempts > 1 && <span>{plural(run.attempts, "attempt")}</span>}
        <span className="muted">{duration(end - Date.parse(run.from))}</span>
      </div>
      <div className="run-bar" aria-hidden="true">
        {barsOf(run, now).map(({ phase, width, isCut }) => (
          <i
            key={phase.from + phase.kind}
            className={isCut ? `${phase.kind} cut` : phase.kind}
            style={{ inlineSize: `${width * 100}%` }}
            title={phaseText(phase, end)}
          />
        ))}
      </div>
      <ul className="run-phases">
        {run.phases.map((phase) => (
          <li key={phase.from + phase.kind}>
            <i className={phase.kind} aria-hidden="true" />
            {phaseText(phase, end)}
          </li>
        ))}
      </ul>
    </li>
  );
}

function phaseText({ kind, from, to, node }: Phase, end: number): string {
  const time = duration((to ?? end) - from);
  const place = node ? ` on ${node}` : "";
  if (to !== null) return `${NAMES[kind]} ${time}${place}`;
  return `${kind === "running" ? "Running" : NAMES[kind]} ${time}${place} so far`;
}
