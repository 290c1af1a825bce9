import { expect, test } from "vitest";
import { pathOf, summaryOf } from "./summary";

const [holds, violated] = [{ holds: true }, { holds: false }];

test.each([
  [[holds, holds], "All 2 invariants hold."],
  [[holds, violated], "1 of 2 invariants is violated."],
  [[violated, violated], "2 of 2 invariants are violated."],
])("%j is summed up", (invariants, summary) => {
  expect(summaryOf(invariants)).toBe(summary);
});

test("an object of a violation is linked by its key", () => {
  expect(pathOf("TASK", "01a2")).toBe("/app/tasks/01a2");
  expect(pathOf("TASK_SCHEDULE", "01a2")).toBe("/app/schedules/01a2");
  expect(pathOf("WORKER_NODE", "node-1@here")).toBe("/app/nodes/node-1%40here");
  expect(pathOf("QUEUE", "reports")).toBe("/app/queues/reports");
  expect(pathOf("STATUS", "PENDING")).toBeUndefined();
});
