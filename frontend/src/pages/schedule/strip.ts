/** The bars of the run strip: what became of each scheduled time, and of the run it started. */

import { count, localTime, words } from "../../lib/format";
import type { Schedule, Tick } from "./query";
import { groupTicks, tickReasonText } from "./ticks";

/** The look of a bar. A run that is not known to have failed is FIRED. */
export type BarKind = "FIRED" | "FAILED" | "CANCELLED" | "SKIPPED" | "MISSED";

export type Bar = {
  id: string;
  kind: BarKind;
  /** How many scheduled times the bar stands for. */
  count: number;
  /** What happened, and when. */
  label: string;
};

/** How many results the query asks for. */
const RESULTS_MAX = 100;

type Task = Pick<Schedule["task"], "run" | "status" | "results">;

/** The bars of the newest scheduled times, newest first. Equal neighbors without a run are one. */
export function barsOf(ticks: readonly Tick[], task: Task): Bar[] {
  return groupTicks(ticks).map((group) => {
    const outcome = outcomeOf(group, task);
    const from = group.firstAt === group.nominalAt ? "" : `${timeText(group.firstAt)} to `;
    const times = group.count > 1 ? `${count(group.count)} times ` : "";
    const reason = group.reason ? `: ${tickReasonText(group.reason).toLowerCase()}` : "";
    const text = `${times}${outcome.text}${reason}`;
    return {
      id: group.id,
      kind: outcome.kind,
      count: group.count,
      label: `${from}${timeText(group.nominalAt)}, ${text}`,
    };
  });
}

function outcomeOf(tick: Tick, task: Task): { kind: BarKind; text: string } {
  if (tick.outcome !== "FIRED")
    return { kind: tick.outcome, text: words(tick.outcome).toLowerCase() };
  // The tasks of overlapping runs are deleted after their retention.
  if (!tick.task) return { kind: "FIRED", text: "overlapping run fired" };
  if (tick.task.isOverlapping) return ofStatus("overlapping run", tick.task.status);
  const run = `run ${tick.run}`;
  if (tick.run === task.run) return ofStatus(run, task.status);
  if (hasNoResult(tick, task)) return { kind: "FAILED", text: `${run} ended without a result` };
  const hasResult = task.results.some((result) => result.run === tick.run);
  return { kind: "FIRED", text: hasResult ? `${run} succeeded` : `${run} fired` };
}

function ofStatus(run: string, status: Task["status"]): { kind: BarKind; text: string } {
  return { kind: KINDS[status] ?? "FIRED", text: `${run} ${STATUS_TEXTS[status]}` };
}

/** Whether a run has ended without a result. If there may be older results, it is unknown. */
function hasNoResult({ run }: Tick, { run: current, results }: Task): boolean {
  const runs = results.map((result) => result.run);
  const oldestKnown = runs.length < RESULTS_MAX ? 0 : Math.min(...runs);
  return run !== null && run < current && run > oldestKnown && !runs.includes(run);
}

const KINDS: Partial<Record<Task["status"], BarKind>> = {
  FAILED: "FAILED",
  CANCELLED: "CANCELLED",
};

const STATUS_TEXTS: Record<Task["status"], string> = {
  PENDING: "is pending",
  RUNNING: "is running",
  SUCCESS: "succeeded",
  FAILED: "failed",
  CANCELLED: "was cancelled",
};

function timeText(at: string): string {
  return localTime(new Date(at));
}
