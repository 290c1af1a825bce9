import { describe, expect, test } from "vitest";
import type { Schedule } from "../schedule/query";
import {
  changesOf,
  formDataOf,
  intervalValues,
  newSchedule,
  readSchedule,
  valuesOf,
} from "./values";

describe("intervals", () => {
  test.each([
    [1, "1", "1"],
    [90, "90", "1"],
    [120, "2", "60"],
    [7_200, "2", "3600"],
    [86_400, "1", "86400"],
  ])("%s seconds are %s × %s", (seconds, interval, intervalUnit) => {
    expect(intervalValues(seconds)).toEqual({ interval, intervalUnit });
    const { input } = readSchedule(formDataOf({ ...newSchedule(), interval, intervalUnit }));
    expect(input.recurrence).toEqual({ interval: seconds });
  });
});

test("a new schedule is valid as it stands", () => {
  const { input, errors } = readSchedule(formDataOf(newSchedule()));
  expect(errors).toEqual([]);
  expect(input).toMatchObject({
    recurrence: { interval: 60 },
    overlap: "SKIP",
    maxConcurrentRuns: 10,
    catchUp: "LATEST",
    slots: 1,
    maxRuns: null,
  });
});

test("each wrong value is named by its field", () => {
  const { errors } = readSchedule(
    formDataOf({ ...newSchedule(), interval: "0", a: "x", jitter: "-1", scheduledAt: "" }),
  );
  expect(errors.map(({ field }) => field.at(-1)).sort()).toEqual([
    "a",
    "interval",
    "jitter",
    "scheduledAt",
  ]);
});

test("an edit changes only what was changed", () => {
  const schedule = {
    scheduledAt: "2026-01-01T00:00:00.123456+00:00",
    recurrence: { interval: 3_600, at: null, cron: null, text: "Every hour" },
    overlap: "ALLOW",
    maxConcurrentRuns: 4,
    catchUp: "ALL",
    misfireGrace: 300,
    endsAt: null,
    maxRuns: null,
    jitter: 0,
    calendars: ["closed"],
    labels: ["nightly", "billing"],
    task: {
      a: "1",
      b: "2",
      priority: 5,
      durationMs: 0,
      slots: 2,
      maxAttempts: 3,
      failAttempts: 1,
      retryBackoffMs: 500,
      concurrencyKey: "tenant-1",
      concurrencyLimit: 2,
      queue: { name: "mail" },
    },
  } as Schedule;
  const values = valuesOf(schedule);
  const before = readSchedule(formDataOf(values)).input;
  expect(changesOf(before, readSchedule(formDataOf(values)).input)).toEqual({});
  const change = {
    intervalUnit: "60",
    catchUp: "NONE",
    maxRuns: "7",
    labels: " billing,, ",
    concurrencyKey: "",
  };
  const edited = readSchedule(formDataOf({ ...values, ...change })).input;
  expect(changesOf(before, edited)).toEqual({
    recurrence: { interval: 60 },
    catchUp: "NONE",
    maxRuns: 7,
    labels: ["billing"],
    concurrencyKey: "",
  });
});

describe("other recurrences", () => {
  const cron = {
    expression: "30 2 * * *",
    timeZone: "Europe/Berlin",
    onGap: "SKIP",
    onFold: "BOTH",
  };

  test("a cron expression needs no start", () => {
    const values = { ...newSchedule(), ...cron, recurrence: "cron", scheduledAt: "", interval: "" };
    const { input, errors } = readSchedule(formDataOf(values));
    expect(errors).toEqual([]);
    expect(input).toMatchObject({ recurrence: { cron }, scheduledAt: null });
  });

  test("an empty expression and zone are named by their fields", () => {
    const empty = { ...newSchedule(), recurrence: "cron", expression: "", timeZone: "" };
    const { errors } = readSchedule(formDataOf(empty));
    expect(errors.map(({ field }) => field.at(-1))).toEqual(["expression", "timeZone"]);
  });

  test("a schedule that runs once has a time and no start", () => {
    const values = { ...newSchedule(), recurrence: "at", at: "2100-01-01T00:00:00" };
    const { input, errors } = readSchedule(formDataOf(values));
    expect(errors).toEqual([]);
    expect(input.scheduledAt).toBeNull();
    expect(input.recurrence).toEqual({ at: new Date("2100-01-01T00:00:00").toISOString() });
    expect(readSchedule(formDataOf({ ...values, at: "" })).errors).toHaveLength(1);
  });
});
