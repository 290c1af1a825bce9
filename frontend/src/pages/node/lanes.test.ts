import { expect, test } from "vitest";
import { barsOf } from "./lanes";

const START = Date.parse("2026-11-27T12:00:00Z");

function at(second: number): string {
  return new Date(START + second * 1_000).toISOString();
}

function task(id: string, from: number, to: number | null, slots = 1) {
  return { id, slots, startedAt: at(from), finishedAt: to === null ? null : at(to) };
}

function lanes(tasks: ReturnType<typeof task>[], slots = 2, now = 60) {
  return barsOf(tasks, slots, START, START + now * 1_000).map(({ run, lane }) => [run.id, lane]);
}

test("tasks at the same time get lanes of their own", () => {
  const tasks = [task("a", 0, 10), task("b", 5, 8), task("c", 8, 12), task("d", 10, 12)];
  expect(lanes(tasks)).toEqual([
    ["a", 0],
    ["b", 1],
    ["c", 1],
    ["d", 0],
  ]);
});

test("a task of several slots gets adjacent lanes", () => {
  const tasks = [task("a", 0, 10), task("b", 0, 20, 2), task("c", 5, 8)];
  expect(lanes(tasks, 3)).toEqual([
    ["a", 0],
    ["b", 1],
    ["c", 0],
  ]);
});

test("a running task reaches until now, and an old one is cut", () => {
  const [old, running] = barsOf(
    [task("old", -50, 10), task("running", 20, null)],
    1,
    START,
    START + 60_000,
  );
  expect([old?.from, old?.to]).toEqual([START, START + 10_000]);
  expect(running?.to).toBe(START + 60_000);
});

test("tasks that ended before, or never started, are left out", () => {
  const bars = (startedAt: string | null, finishedAt: string | null) =>
    barsOf([{ id: "a", slots: 1, startedAt, finishedAt }], 2, START, START + 60_000);
  expect(bars(at(-50), at(-10))).toEqual([]);
  expect(bars(null, null)).toEqual([]);
});

test("a task that needs more slots than are left is still drawn", () => {
  expect(lanes([task("large", 0, 10, 16)])).toEqual([["large", 0]]);
});
