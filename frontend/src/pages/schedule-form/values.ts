/** The values of the schedule form, to and from the API. */

import type { UserError, VariablesOf } from "../../lib/api/schema";
import { localInput } from "../../lib/format";
import { FormReader } from "../../lib/validation";
import type { Schedule } from "../schedule/query";
import type { SchedulePreview } from "./preview";

export type ScheduleInput = VariablesOf<typeof SchedulePreview>["input"];

/** Text, as it stands in the fields. */
export type ScheduleValues = Record<
  | "a"
  | "b"
  | "scheduledAt"
  | "interval"
  | "intervalUnit"
  | "queue"
  | "priority"
  | "durationMs"
  | "slots"
  | "maxAttempts"
  | "overlap"
  | "misfireGrace"
  | "endsAt"
  | "maxRuns"
  | "jitter"
  | "idempotencyKey",
  string
>;

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
    scheduledAt: localInput(now),
    interval: "1",
    intervalUnit: "60",
    queue: "default",
    priority: "5",
    durationMs: "0",
    slots: "1",
    maxAttempts: "3",
    overlap: "SKIP",
    misfireGrace: "300",
    endsAt: "",
    maxRuns: "",
    jitter: "0",
    idempotencyKey: "",
  };
}

/** The values with which a schedule was created or last changed. */
export function valuesOf(schedule: Schedule): ScheduleValues {
  const { task } = schedule;
  return {
    a: task.a,
    b: task.b,
    scheduledAt: localInput(new Date(schedule.scheduledAt)),
    ...intervalValues(schedule.interval),
    queue: task.queue.name,
    priority: String(task.priority),
    durationMs: String(task.durationMs),
    slots: String(task.slots),
    maxAttempts: String(task.maxAttempts),
    overlap: schedule.overlap,
    misfireGrace: String(schedule.misfireGrace),
    endsAt: schedule.endsAt ? localInput(new Date(schedule.endsAt)) : "",
    maxRuns: schedule.maxRuns?.toString() ?? "",
    jitter: String(schedule.jitter),
    idempotencyKey: "",
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
  const unit = Number(reader.text("intervalUnit")) || 1;
  const seconds = { min: 0, max: TEN_YEARS_SECONDS };
  const input: ScheduleInput = {
    a: reader.bigInteger("a", "A"),
    b: reader.bigInteger("b", "B"),
    scheduledAt: reader.requiredTime("scheduledAt", "First run"),
    interval:
      unit *
      reader.integer("interval", "Interval", {
        min: 1,
        max: Math.floor(TEN_YEARS_SECONDS / unit),
      }),
    queue: reader.text("queue"),
    priority: reader.integer("priority", "Priority", { min: 0, max: 9 }),
    durationMs: reader.integer("durationMs", "Duration", { min: 0, max: 3_600_000 }),
    slots: reader.integer("slots", "Slots", { min: 1, max: 100 }),
    maxAttempts: reader.integer("maxAttempts", "Max attempts", { min: 1, max: 100 }),
    overlap: reader.text("overlap") as ScheduleInput["overlap"],
    misfireGrace: reader.integer("misfireGrace", "Misfire grace period", { ...seconds, min: 1 }),
    endsAt: reader.optionalTime("endsAt", "Ends at"),
    maxRuns: reader.optionalInteger("maxRuns", "Maximum runs", { min: 1 }),
    jitter: reader.integer("jitter", "Jitter", seconds),
    idempotencyKey: reader.text("idempotencyKey") || null,
  };
  return { input, errors: reader.errors };
}

export function formDataOf(values: ScheduleValues): FormData {
  const data = new FormData();
  for (const [name, value] of Object.entries(values)) data.set(name, value);
  return data;
}

/** The fields of the second input that differ from the first. */
export function changesOf(before: ScheduleInput, after: ScheduleInput): Partial<ScheduleInput> {
  const changed = Object.entries(after).filter(
    ([name, value]) => before[name as keyof ScheduleInput] !== value,
  );
  return Object.fromEntries(changed);
}
