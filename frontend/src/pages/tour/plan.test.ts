import { expect, test } from "vitest";
import { MAIL, missingQueues, newSchedule, newTasks, progressOf, REPORTS } from "./plan";

test("queues that exist are not created again", () => {
  expect(missingQueues(["default"]).map(({ name }) => name)).toEqual([MAIL, REPORTS]);
  expect(missingQueues([MAIL]).map(({ name }) => name)).toEqual([REPORTS]);
  expect(missingQueues([REPORTS, MAIL])).toEqual([]);
});

test("one task recovers and one fails", () => {
  const failing = newTasks().filter(({ failAttempts }) => failAttempts);
  const recover = failing.map((task) => (task.failAttempts ?? 0) < (task.maxAttempts ?? 0));
  expect(recover).toEqual([true, false]);
});

test("each queue has tasks, and nothing is created in another", () => {
  expect(new Set(newTasks().map(({ queue }) => queue))).toEqual(new Set([MAIL, REPORTS]));
  expect(newSchedule(new Date()).queue).toBe(MAIL);
});

test("the schedule starts at once and ends by itself", () => {
  const { scheduledAt, endsAt } = newSchedule(new Date("2026-11-28T10:00:00Z"));
  expect(scheduledAt).toBe("2026-11-28T10:00:00.000Z");
  expect(endsAt).toBe("2026-11-28T10:10:00.000Z");
});

test("progress counts tasks that ended and those that did not", () => {
  expect(
    progressOf([
      { status: "PENDING", count: 5 },
      { status: "RUNNING", count: 2 },
      { status: "SUCCESS", count: 10 },
      { status: "FAILED", count: 1 },
      { status: "CANCELLED", count: 3 },
      { status: null, count: 7 },
    ]),
  ).toEqual({ open: 7, ended: 14, total: 21 });
  expect(progressOf([])).toEqual({ open: 0, ended: 0, total: 0 });
});
