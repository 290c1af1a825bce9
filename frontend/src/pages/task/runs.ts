/** The runs of a task, worked out from its history. */

import type { TaskStatus } from "../../lib/api/schema";
import type { Task } from "./data";

export type Change = Pick<
  Task["history"][number],
  "kind" | "at" | "previousStatus" | "status" | "attempt" | "workerNode"
>;
export type PhaseKind = "scheduled" | "queued" | "running";
/** Times are in milliseconds since 1970. The end is null while the phase lasts. */
export type Phase = { kind: PhaseKind; from: number; to: number | null; node?: string };
export type Run = { from: string; phases: Phase[]; status: TaskStatus; attempts: number };

/**
 * A run begins when the task is created or retried. The task of a schedule, unless it is that of
 * one overlapping run, waits for its scheduled times.
 */
export function runsOf(
  history: readonly Change[],
  task: { schedule: unknown; isOverlapping: boolean; runAt: string | null },
  now: number,
): Run[] {
  const runs: Run[] = [];
  for (const change of history) {
    const at = Date.parse(change.at);
    if (isBeginning(change, task.schedule != null && !task.isOverlapping)) {
      const phases: Phase[] = [{ kind: "queued", from: at, to: null }];
      runs.push({ from: change.at, phases, status: change.status, attempts: 0 });
      continue;
    }
    const run = runs.at(-1);
    if (run && change.status !== change.previousStatus) advance(run, change, at);
  }
  const [first] = runs;
  if (first && task.runAt) splitAt(first, Date.parse(task.runAt), now);
  return runs;
}

function isBeginning({ kind }: Change, waitsForTicks: boolean): boolean {
  if (kind === "TASK_CREATED") return !waitsForTicks;
  return kind === "TASK_RETRIED" || kind === "TASK_TICKED";
}

function advance(run: Run, change: Change, at: number) {
  const last = run.phases.at(-1);
  if (last) last.to ??= at;
  run.status = change.status;
  run.attempts = Math.max(run.attempts, change.attempt);
  if (change.status === "RUNNING")
    run.phases.push({ kind: "running", from: at, to: null, node: change.workerNode?.name });
  if (change.status !== "PENDING") return;
  // A restored task is queued since it was queued first: so its place in the queue says.
  if (change.kind === "TASK_RESTORED" && last) last.to = null;
  else run.phases.push({ kind: "queued", from: at, to: null });
}

/** Before its time a task is not queued: it is scheduled. */
function splitAt(run: Run, runAt: number, now: number) {
  const [first] = run.phases;
  if (first?.kind !== "queued" || first.from >= runAt) return;
  if ((first.to ?? now) <= runAt) {
    first.kind = "scheduled";
    return;
  }
  run.phases.splice(
    0,
    1,
    { kind: "scheduled", from: first.from, to: runAt },
    { kind: "queued", from: runAt, to: first.to },
  );
}

/** The present moment of a run that has not ended, else its end. */
export function endOf(run: Run, now: number): number {
  return Math.max(...run.phases.map(({ from, to }) => to ?? Math.max(now, from)));
}

/** More than this part of a bar is not given to a phase without work: then its bar is cut. */
const IDLE_SHARE_MAX = 0.25;

export type Bar = { phase: Phase; start: number; width: number; isCut: boolean };

/**
 * The bars of a run, as parts of its whole width.
 *
 * A run that is queued for a minute and runs for a second would be drawn as nothing but waiting.
 * So idle phases get at most a quarter of the width each, and such a bar is marked as cut.
 */
export function barsOf(run: Run, now: number): Bar[] {
  const end = endOf(run, now);
  const lengths = run.phases.map(({ from, to }) => Math.max((to ?? end) - from, 1));
  const total = lengths.reduce((sum, length) => sum + length, 0);
  const hasWork = run.phases.some(({ kind }) => kind === "running");
  const areCut = run.phases.map(
    ({ kind }, index) =>
      hasWork && kind !== "running" && (lengths[index] ?? 0) / total > IDLE_SHARE_MAX,
  );
  const cutWidth = areCut.filter(Boolean).length * IDLE_SHARE_MAX;
  const uncutTotal = lengths.reduce((sum, length, index) => sum + (areCut[index] ? 0 : length), 0);
  let start = 0;
  return run.phases.map((phase, index) => {
    const isCut = areCut[index] ?? false;
    const width = isCut
      ? IDLE_SHARE_MAX
      : ((lengths[index] ?? 0) / uncutTotal) * Math.max(0, 1 - cutWidth);
    const bar = { phase, start, width, isCut };
    start += width;
    return bar;
  });
}
