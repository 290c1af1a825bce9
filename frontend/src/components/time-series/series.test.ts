import { expect, test } from "vitest";
import type { Data, Group } from "./query";
import { chartsOfGroups, chartsOfOne, lengthsOf } from "./series";

const NOW = Date.parse("2026-01-01T00:00:25Z");
const STARTS = ["2026-01-01T00:00:00Z", "2026-01-01T00:00:10Z", "2026-01-01T00:00:20Z"];

function group(changes: Partial<Group> = {}): Group {
  const none = { p50: [null, null, null], p95: [null, null, null], p99: [null, null, null] };
  return {
    name: null,
    succeeded: [10, 0, 10],
    failed: [0, 0, 5],
    cancelled: [0, 0, 0],
    perSecond: [1, 0, 3],
    queueTime: { ...none, p95: [20, 40, null] },
    runTime: none,
    pending: [null, 4, 8],
    busySlots: [null, 1, 2],
    slots: [null, 4, 4],
    ...changes,
  };
}

function data(...groups: Group[]): Data {
  return { periodSeconds: 10, starts: STARTS, groups, operations: [] };
}

test("the last period has lasted only until now", () => {
  expect(lengthsOf(data(), NOW)).toEqual([10, 10, 5]);
  const [throughput] = chartsOfOne(data(group()), NOW, {});
  expect(throughput?.series.map(({ values }) => values)).toEqual([
    [1, 0, 2],
    [0, 0, 1],
    [0, 0, 0],
  ]);
  expect(throughput?.summary).toBe("25 runs ended, 5 failed.");
});

test("each subject has the charts that the API knows something of", () => {
  const titles = (subject: object) =>
    chartsOfOne(data(group()), NOW, subject).map(({ title }) => title);
  expect(titles({})).toEqual(["Throughput", "Queue time", "Duration", "Pending tasks", "Slots"]);
  expect(titles({ queue: "mail" })).not.toContain("Slots");
  expect(titles({ workerNode: "node-1" })).not.toContain("Pending tasks");
});

test("a summary says the last value that is known", () => {
  const charts = chartsOfOne(data(group()), NOW, {});
  expect(charts.map(({ summary }) => summary).slice(1)).toEqual([
    "p95 40 ms at last.",
    "No run ended.",
    "8 at last.",
    "2 of 4 in use at last.",
  ]);
});

test("groups have colors of their own, and the sum of the others has a neutral one", () => {
  const some = data(group({ name: "mail" }), group({ name: "video" }), group());
  const [throughput] = chartsOfGroups(some, "QUEUE");
  expect(throughput?.series.map(({ name, color }) => [name, color])).toEqual([
    ["mail", "--group-1"],
    ["video", "--group-2"],
    ["others", "--cancelled"],
  ]);
  expect(chartsOfGroups(some, "QUEUE").map(({ title }) => title)).toContain("Pending tasks");
  expect(chartsOfGroups(some, "WORKER_NODE").map(({ title }) => title)).toContain("Slots in use");
});
