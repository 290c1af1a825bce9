/** The values of the schedule form, to and from the API. */

import { readOptions } from "../../components/tasks/option-fields";
import type { UserError, VariablesOf } from "../../lib/api/schema";
import { localInput, timeZone } from "../../lib/format";
import { FormReader } from "../../lib/validation";
import type { Schedule } from "../schedule/query";
import type { SchedulePreview } from "./preview";

export type ScheduleInput = VariablesOf<typeof SchedulePreview>["input"];

/** What stands in the fields. */
export type ScheduleValues = Record<
  | "a"
  | "b"
  | "recurrence"
  | "scheduledAt"
  | "expression"
  | "timeZone"
  | "onGap"
  | "onFold"
  | "at"
  | "interval"
  | "intervalUnit"
  | "queue"
  | "priority"
  | "durationMs"
  | "slots"
  | "maxAttempts"
  | "failAttempts"
  | "retryBackoffMs"
  | "concurrencyKey"
  | "concurrencyLimit"
  | "overlap"
  | "maxConcurrentRuns"
  | "catchUp"
  | "misfireGrace"
  | "endsAt"
  | "maxRuns"
  | "jitter"
  | "labels"
  | "idempotencyKey",
  string
> & { calendars: readonly string[] };

type CronInput = Extract<ScheduleInput["recurrence"], { cron: unknown }>["cron"];

const NO_CRON = {
  expression: "0 9 * * MON-FRI",
  timeZone: timeZone(),
  onGap: "RUN_AFTER",
  onFold: "FIRST",
};

const TEN_YEARS_SECONDS = 315_360_000;

export const UNITS = [
  ["1", "seconds"],
  ["60", "minutes"],
  ["3600", "hours"],
  ["86400", "days"],
] as const;

export function newSchedule(now = new Date()): ScheduleValues {
  return {
    a: "2",
    b: "3",
    recurrence: "interval",
    scheduledAt: localInput(now),
    ...NO_CRON,
    at: "",
    interval: "1",
    intervalUnit: "60",
    queue: "default",
    priority: "5",
    durationMs: "0",
    slots: "1",
    maxAttempts: "3",
    failAttempts: "0",
    retryBackoffMs: "1000",
    concurrencyKey: "",
    concurrencyLimit: "1",
    overlap: "SKIP",
    maxConcurrentRuns: "10",
    catchUp: "LATEST",
    misfireGrace: "300",
    endsAt: "",
    maxRuns: "",
    jitter: "0",
    calendars: [],
    labels: "",
    idempotencyKey: "",
  };
}

/** The values with which a schedule was created or last changed. */
export function valuesOf(schedule: Schedule): ScheduleValues {
  const { task } = schedule;
  return {
    a: task.a,
    b: task.b,
    ...recurrenceValues(schedule),
    queue: task.queue.name,
    priority: String(task.priority),
    durationMs: String(task.durationMs),
    slots: String(task.slots),
    maxAttempts: String(task.maxAttempts),
    failAttempts: String(task.failAttempts),
    retryBackoffMs: String(task.retryBackoffMs),
    concurrencyKey: task.concurrencyKey ?? "",
    concurrencyLimit: String(task.concurrencyLimit),
    overlap: schedule.overlap,
    maxConcurrentRuns: String(schedule.maxConcurrentRuns),
    catchUp: schedule.catchUp,
    misfireGrace: String(schedule.misfireGrace),
    endsAt: schedule.endsAt ? localInput(new Date(schedule.endsAt)) : "",
    maxRuns: schedule.maxRuns?.toString() ?? "",
    jitter: String(schedule.jitter),
    calendars: [...schedule.calendars].sort(),
    labels: schedule.labels.join(", "),
    idempotencyKey: "",
  };
}

function recurrenceValues({ recurrence, scheduledAt }: Schedule) {
  const { interval, cron, at } = recurrence;
  return {
    recurrence: cron ? "cron" : at ? "at" : "interval",
    scheduledAt: localInput(new Date(scheduledAt)),
    at: at ? localInput(new Date(at)) : "",
    ...intervalValues(interval ?? 60),
    ...(cron ?? NO_CRON),
  };
}

/** An interval in the largest unit of which it is a whole multiple. */
export function intervalValues(seconds: number): { interval: string; intervalUnit: string } {
  const [unit] = UNITS.findLast(([unit]) => seconds % Number(unit) === 0) ?? UNITS[0];
  return { interval: String(seconds / Number(unit)), intervalUnit: unit };
}

/** What the form's values ask for, and what is wrong with them. */
export function readSchedule(values: FormData): { input: ScheduleInput; errors: UserError[] } {
  const reader = new FormReader(values);
  const seconds = { min: 0, max: TEN_YEARS_SECONDS };
  const input: ScheduleInput = {
    a: reader.bigInteger("a", "A"),
    b: reader.bigInteger("b", "B"),
    scheduledAt: readStart(reader),
    recurrence: readRecurrence(reader),
    ...readOptions(reader),
    overlap: reader.text("overlap") as ScheduleInput["overlap"],
    maxConcurrentRuns: reader.integer("maxConcurrentRuns", "Concurrent runs", {
      min: 2,
      max: 100,
    }),
    catchUp: reader.text("catchUp") as ScheduleInput["catchUp"],
    misfireGrace: reader.integer("misfireGrace", "Misfire grace period", { ...seconds, min: 1 }),
    endsAt: reader.optionalTime("endsAt", "Ends at"),
    maxRuns: reader.optionalInteger("maxRuns", "Maximum runs", { min: 1 }),
    jitter: reader.integer("jitter", "Jitter", seconds),
    calendars: reader.list("calendars"),
    labels: reader.names("labels"),
    idempotencyKey: reader.text("idempotencyKey") || null,
  };
  return { input, errors: reader.errors };
}

/** The start is the first run of an interval, optional for a cron expression, and not for once. */
function readStart(reader: FormReader): string | null {
  const kind = reader.text("recurrence");
  if (kind === "at") return null;
  if (kind === "cron") return reader.optionalTime("scheduledAt", "Start");
  return reader.requiredTime("scheduledAt", "First run");
}

function readRecurrence(reader: FormReader): ScheduleInput["recurrence"] {
  const kind = reader.text("recurrence");
  if (kind === "at") return { at: reader.requiredTime("at", "Run at") };
  if (kind === "cron") return { cron: readCron(reader) };
  const unit = Number(reader.text("intervalUnit")) || 1;
  const range = { min: 1, max: Math.floor(TEN_YEARS_SECONDS / unit) };
  return { interval: unit * reader.integer("interval", "Interval", range) };
}

function readCron(reader: FormReader): CronInput {
  return {
    expression: reader.requiredText("expression", "Cron expression"),
    timeZone: reader.requiredText("timeZone", "Time zone"),
    onGap: reader.text("onGap") as CronInput["onGap"],
    onFold: reader.text("onFold") as CronInput["onFold"],
  };
}

export function formDataOf(values: ScheduleValues): FormData {
  const data = new FormData();
  for (const [name, value] of Object.entries(values))
    for (const each of [value].flat()) data.append(name, each);
  return data;
}

/** The fields of the second input that differ from the first. */
export function changesOf(before: ScheduleInput, after: ScheduleInput): Partial<ScheduleInput> {
  const changed = Object.entries(after).filter(
    ([name, value]) =>
      JSON.stringify(before[name as keyof ScheduleInput]) !== JSON.stringify(value),
  );
  return Object.fromEntries(changed);
}
