import { expect, test } from "vitest";
import { tasksUrl } from "../../../lib/search-text";
import { type AttentionItem, LINKS } from "./items";

function item(kind: AttentionItem["kind"], more: Partial<AttentionItem> = {}): AttentionItem {
  const empty = { count: null, since: null, queue: null, slots: null };
  return { kind, message: "", workerNode: null, taskSchedule: null, ...empty, ...more };
}

test("items about tasks lead to these tasks", () => {
  const href = (kind: AttentionItem["kind"]) =>
    LINKS[kind].href(item(kind, { queue: "reports & more" }));
  expect(href("TOO_LARGE")).toBe(tasksUrl({ status: "PENDING", queue: "reports & more" }));
  expect(href("TASKS_FAILING")).toBe(tasksUrl({ status: "FAILED", queue: "reports & more" }));
});

test("a growing backlog leads to its queue", () => {
  const growing = item("BACKLOG_GROWING", { queue: "reports & more" });
  expect(LINKS.BACKLOG_GROWING.href(growing)).toBe("/app/queues/reports%20%26%20more");
});

test("missed ticks lead to their schedule", () => {
  const missed = item("TICKS_MISSED", { taskSchedule: { uuid: "01a2" } });
  expect(LINKS.TICKS_MISSED.href(missed)).toBe("/app/schedules/01a2");
});
