import { expect, test } from "vitest";
import type { Tick } from "./query";
import { barsOf } from "./strip";

function tick(minute: number, values: Partial<Tick>): Tick {
  const nominalAt = `2026-11-27T12:${String(minute).padStart(2, "0")}:00Z`;
  const task = { uuid: "0", status: "PENDING" as const, isOverlapping: false };
  const rest = { count: 1, run: null, firedAt: null, reason: null, task };
  return { id: String(minute), nominalAt, outcome: "FIRED", ...rest, ...values };
}

const NO_TASK = { run: 0, status: "PENDING" as const, results: [] };

test("equal scheduled times without a run are one bar with their number and reason", () => {
  const ticks = [
    tick(2, { outcome: "MISSED", count: 4_999_999 }),
    tick(1, { outcome: "MISSED" }),
    tick(0, { outcome: "SKIPPED", reason: "OVERLAP" }),
  ];
  const [missed, skipped] = barsOf(ticks, NO_TASK);
  expect(missed).toMatchObject({ kind: "MISSED", count: 5_000_000 });
  expect(missed?.label).toContain("5,000,000 times missed");
  expect(skipped?.label).toContain("skipped: previous run active");
});

test("a run is shown with the status of the task, or by whether it has a result", () => {
  const ticks = [5, 4, 3].map((run) => tick(run, { run }));
  const task = { run: 5, status: "FAILED" as const, results: [{ run: 4 }] };
  const bars = barsOf(ticks, task);
  expect(bars.map(({ kind }) => kind)).toEqual(["FAILED", "FIRED", "FAILED"]);
  expect(bars.map(({ label }) => label.split(", ").at(-1))).toEqual([
    "run 5 failed",
    "run 4 succeeded",
    "run 3 ended without a result",
  ]);
});

test("an overlapping run is shown with the status of its own task", () => {
  const own = { uuid: "1", status: "FAILED" as const, isOverlapping: true };
  const task = { run: 1, status: "RUNNING" as const, results: [] };
  const bars = barsOf([tick(1, { run: 1, task: own }), tick(0, { run: 1, task: null })], task);
  expect(bars.map(({ kind }) => kind)).toEqual(["FAILED", "FIRED"]);
  expect(bars[0]?.label).toContain("overlapping run failed");
});

test("of a run before the oldest of many results, only the start is known", () => {
  const results = Array.from({ length: 100 }, (_, index) => ({ run: 110 - index }));
  const [bar] = barsOf([tick(1, { run: 10 })], { run: 111, status: "RUNNING", results });
  expect(bar).toMatchObject({ kind: "FIRED", label: expect.stringContaining("run 10 fired") });
});
