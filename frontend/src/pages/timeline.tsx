/** The runs of a task, each as a bar of waiting and running on a scale of its own. */

import { duration, plural, useNow } from "../format";
import { Status, Time } from "../parts";
import type { TaskStatus } from "../schema";
import type { Details } from "./task-data";

const SHOWN = 6;

export type Change = Details["history"][number];
export type Part = { kind: "waiting" | "running"; from: number; to: number | null; node?: string };
export type Run = { from: string; parts: Part[]; status: TaskStatus; attempts: number };

/** A run begins when the task is created (by a schedule: when it ticks), retried or ticked. */
export function runsOf(history: readonly Change[], isScheduled: boolean): Run[] {
  const runs: Run[] = [];
  for (const change of history) {
    const at = Date.parse(change.at);
    const isBegin =
      change.kind === "TASK_RETRIED" ||
      change.kind === "TASK_TICKED" ||
      (change.kind === "TASK_CREATED" && !isScheduled);
    if (isBegin) {
      const parts: Part[] = [{ kind: "waiting", from: at, to: null }];
      runs.push({ from: change.at, parts, status: change.status, attempts: 0 });
      continue;
    }
    const run = runs.at(-1);
    if (!run || change.status === change.previousStatus) continue;
    const last = run.parts.at(-1);
    if (last) last.to ??= at;
    run.status = change.status;
    run.attempts = Math.max(run.attempts, change.attempt);
    if (change.status === "RUNNING")
      run.parts.push({ kind: "running", from: at, to: null, node: change.workerNode?.name });
    if (change.status === "PENDING") run.parts.push({ kind: "waiting", from: at, to: null });
  }
  return runs;
}

export function Timeline({ task }: { task: Details }) {
  const runs = runsOf(task.history, task.schedule != null);
  const now = useNow();
  if (!runs.length) return <p className="empty">It has not been given a run yet.</p>;
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
        <p className="legend">
          The last {SHOWN} of {plural(runs.length, "run")}
        </p>
      )}
    </>
  );
}

function RunBar({ run, now }: { run: Run; now: number }) {
  const from = Date.parse(run.from);
  const to = Math.max(...run.parts.map((part) => part.to ?? Math.max(now, part.from)));
  const whole = Math.max(to - from, 1);
  return (
    <li>
      <div className="run-head">
        <Status status={run.status} />
        <Time at={run.from} />
        {run.attempts > 1 && <span>{plural(run.attempts, "attempt")}</span>}
        <span className="muted">{duration(to - from)}</span>
      </div>
      <svg className="run-bar" viewBox="0 0 1000 20" preserveAspectRatio="none" aria-hidden="true">
        {run.parts.map((part) => (
          <rect
            key={part.from + part.kind}
            className={part.kind}
            x={((part.from - from) / whole) * 1000}
            width={Math.max((((part.to ?? to) - part.from) / whole) * 1000, 4)}
            height="20"
          />
        ))}
      </svg>
      <ul className="run-parts">
        {run.parts.map((part) => (
          <li key={part.from + part.kind}>
            <i className={part.kind} aria-hidden="true" />
            {part.kind === "waiting" ? "waited" : "ran"} {duration((part.to ?? to) - part.from)}
            {part.node && ` on ${part.node}`}
            {part.to === null && " so far"}
          </li>
        ))}
      </ul>
    </li>
  );
}
