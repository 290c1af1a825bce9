import { expect, test } from "vitest";
import type { ForecastChange } from "../../lib/api/schema";
import { FormReader } from "../../lib/validation";
import { changeText, formatChanges, type Kind, parseChanges, readChange } from "./changes";

const EVERY: [ForecastChange, string][] = [
  [{ drainNode: { node: "node-1@host" } }, "Drain node-1@host"],
  [{ resumeNode: { node: "node-1@host" } }, "Resume node-1@host"],
  [{ setNodeSlots: { node: "n", slots: 1 } }, "Resize n to 1 slot"],
  [{ addNodes: { count: 2, slots: 8 } }, "Add 2 nodes of 8 slots"],
  [{ addNodes: { slots: 8, queues: ["a", "b"] } }, "Add 1 node of 8 slots, for a, b"],
  [{ pauseQueue: { queue: "mail" } }, "Pause the queue mail"],
  [{ resumeQueue: { queue: "mail" } }, "Resume the queue mail"],
  [{ setQueueLimit: { queue: "mail", limit: 3 } }, "Limit the queue mail to 3 running tasks"],
  [{ setQueueLimit: { queue: "mail", limit: null } }, "Remove the limit of the queue mail"],
  [
    { setSchedulingPolicy: { policy: "SHORTEST_FIRST", backfill: false } },
    "Schedule by: Shortest duration first, without backfill",
  ],
  [
    { addTasks: { count: 1000, queue: "mail", durationMs: 2000, slots: 2, priority: 9 } },
    "Add 1,000 tasks of 2 s and 2 slots to the queue mail, priority 9",
  ],
];

test("each change is said in words, and comes back from the URL as it was", () => {
  for (const [change, text] of EVERY) expect(changeText(change)).toBe(text);
  const changes = EVERY.map(([change]) => change);
  expect(parseChanges(formatChanges(changes) ?? "")).toEqual(changes);
});

test("no change leaves no parameter", () => {
  expect(formatChanges([])).toBeUndefined();
  expect(parseChanges(null)).toEqual([]);
});

test("a parameter that is no list of changes is refused", () => {
  for (const text of ["{", "{}", "[1]", "[null]", '[{"drainNode":1}]', '[{"x":{}}]', "[{}]"])
    expect(parseChanges(text)).toBeUndefined();
});

function read(kind: Kind, entered: Record<string, string>) {
  const values = new FormData();
  for (const [name, value] of Object.entries(entered)) values.set(name, value);
  const reader = new FormReader(values);
  return [readChange(kind, reader), reader.errors.map(({ field }) => field.at(-1))];
}

test("a form is read as the change of its kind", () => {
  expect(read("drainNode", { node: "n", slots: "" })).toEqual([{ drainNode: { node: "n" } }, []]);
  expect(read("addNodes", { number: "2", slots: "4", queues: "" })).toEqual([
    { addNodes: { count: 2, slots: 4 } },
    [],
  ]);
  expect(read("addNodes", { number: "1", slots: "4", queues: "a, b" })[0]).toEqual({
    addNodes: { count: 1, slots: 4, queues: ["a", "b"] },
  });
  expect(read("setQueueLimit", { queue: "q", limit: "" })).toEqual([
    { setQueueLimit: { queue: "q", limit: null } },
    [],
  ]);
  expect(
    read("addTasks", { number: "5", queue: "q", seconds: "3", slots: "1", priority: "9" })[0],
  ).toEqual({ addTasks: { count: 5, queue: "q", durationMs: 3000, slots: 1, priority: 9 } });
});

test("what is wrong in a form is named by field", () => {
  expect(read("setNodeSlots", { node: "n", slots: "101" })[1]).toEqual(["slots"]);
  expect(read("drainNode", { node: "" })[1]).toEqual(["node"]);
  expect(
    read("addTasks", { number: "0", queue: "q", seconds: "x", slots: "1", priority: "10" })[1],
  ).toEqual(["number", "seconds", "priority"]);
});
