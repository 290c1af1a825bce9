import { describe, expect, test } from "vitest";
import { barsOf, type Change, endOf, runsOf } from "./runs";

const START = Date.parse("2026-11-27T12:00:00Z");
const at = (seconds: number) => new Date(START + seconds * 1_000).toISOString();
const ONCE = { schedule: null, isOverlapping: false, runAt: null };

function change(
  seconds: number,
  kind: Change["kind"],
  status: Change["status"],
  attempt = 0,
): Change {
  const previousStatus = { PENDING: null, RUNNING: "PENDING" as const }[status as "PENDING"];
  return {
    kind,
    at: at(seconds),
    status,
    previousStatus: previousStatus === undefined ? "RUNNING" : previousStatus,
    attempt,
    workerNode: status === "RUNNING" ? { name: `node-${attempt}` } : null,
  };
}

const DONE = [
  change(0, "TASK_CREATED", "PENDING"),
  change(2, "TASK_STARTED", "RUNNING", 1),
  change(5, "TASK_SUCCEEDED", "SUCCESS", 1),
];

describe("runsOf", () => {
  test("a run is queued, and then runs", () => {
    const [run] = runsOf(DONE, ONCE, START);
    expect(run).toMatchObject({ status: "SUCCESS", attempts: 1 });
    expect(run?.phases.map(({ kind, from, to }) => [kind, (Number(to) - from) / 1_000])).toEqual([
      ["queued", 2],
      ["running", 3],
    ]);
    expect(run?.phases[1]?.node).toBe("node-1");
  });

  test("a retry is another run", () => {
    const retried = [...DONE, change(9, "TASK_RETRIED", "PENDING")];
    expect(runsOf(retried, ONCE, START)).toHaveLength(2);
  });

  test("a restored task continues its run and has been queued all the time", () => {
    const restored = [
      change(0, "TASK_CREATED", "PENDING"),
      change(5, "TASK_CANCELLED", "CANCELLED"),
      change(9, "TASK_RESTORED", "PENDING"),
    ];
    const [run, ...others] = runsOf(restored, ONCE, START);
    expect(others).toEqual([]);
    expect(run).toMatchObject({
      status: "PENDING",
      phases: [{ kind: "queued", from: START, to: null }],
    });
  });

  test("a scheduled task has no run until it is triggered", () => {
    expect(runsOf(DONE.slice(0, 1), { ...ONCE, schedule: {} }, START)).toEqual([]);
  });

  test("before its time a task is scheduled, not queued", () => {
    const created = DONE.slice(0, 1);
    const later = { ...ONCE, runAt: at(60) };
    const kinds = (now: number) =>
      runsOf(created, later, START + now * 1_000)[0]?.phases.map(({ kind }) => kind);
    expect(kinds(30)).toEqual(["scheduled"]);
    expect(kinds(90)).toEqual(["scheduled", "queued"]);
  });
});

test("a run that has not ended lasts until now", () => {
  const [run] = runsOf(DONE.slice(0, 2), ONCE, START);
  expect(run && endOf(run, START + 10_000)).toBe(START + 10_000);
});

describe("barsOf", () => {
  const widths = (history: Change[]) => {
    const [run] = runsOf(history, ONCE, START);
    return run ? barsOf(run, START) : [];
  };

  test("fill the whole width in proportion", () => {
    const bars = widths([
      change(0, "TASK_CREATED", "PENDING"),
      change(1, "TASK_STARTED", "RUNNING", 1),
      change(10, "TASK_SUCCEEDED", "SUCCESS", 1),
    ]);
    expect(bars.map(({ width, isCut }) => [Number(width.toFixed(3)), isCut])).toEqual([
      [0.1, false],
      [0.9, false],
    ]);
  });

  test("a long time in the queue is cut, so that the run is visible", () => {
    const bars = widths([
      change(0, "TASK_CREATED", "PENDING"),
      change(600, "TASK_STARTED", "RUNNING", 1),
      change(601, "TASK_SUCCEEDED", "SUCCESS", 1),
    ]);
    expect(bars.map(({ width, isCut }) => [width, isCut])).toEqual([
      [0.25, true],
      [0.75, false],
    ]);
  });
});
