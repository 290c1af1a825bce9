import { expect, test } from "vitest";
import { isWithin, routeOf, SECTIONS, SUB_PAGES, TOOL_PAGES } from "./routes";

test.each([
  ["/", { page: "overview" }],
  ["/app", { page: "overview" }],
  ["/app/", { page: "overview" }],
  ["/app/tasks", { page: "tasks" }],
  ["/app/tasks/", { page: "tasks" }],
  ["/app/tasks/01a2", { page: "task", id: "01a2" }],
  ["/app/schedules/new", { page: "new-schedule" }],
  ["/app/schedules/calendars", { page: "calendars" }],
  ["/app/schedules/timeline", { page: "timeline" }],
  ["/app/schedules/new-calendar", { page: "new-calendar" }],
  ["/app/schedules/calendars/a%20b", { page: "calendar", name: "a b" }],
  ["/app/schedules/backfills", { page: "backfills" }],
  ["/app/schedules/backfills/01a2", { page: "backfill", id: "01a2" }],
  ["/app/schedules/calendars/closed/edit", { page: "edit-calendar", name: "closed" }],
  ["/app/schedules/01a2", { page: "schedule", id: "01a2" }],
  ["/app/schedules/01a2/edit", { page: "edit-schedule", id: "01a2" }],
  ["/app/nodes/node-1%40host", { page: "node", name: "node-1@host" }],
  ["/app/queues/reports", { page: "queue", name: "reports" }],
  ["/app/ledger", { page: "ledger" }],
  ["/app/what-if", { page: "what-if" }],
  ["/app/tour", { page: "tour" }],
  ["/app/alerts", { page: "alerts" }],
  ["/app/tokens", { page: "tokens" }],
  ["/app/webhooks", { page: "webhooks" }],
])("%s is a page", (path, route) => {
  expect(routeOf(path)).toEqual(route);
});

test.each([
  "/nope",
  "/app/nope",
  "/app/nodes/n1/edit",
  "/app/queues/%E0%A4%A",
  "/app/tasks/01a2/edit",
  "/app/schedules/new/edit/more",
  "/app/schedules/01a2/nope",
  "/app/schedules/calendars/closed/nope",
  "/app/schedules/backfills/01a2/nope",
  "/app/schedules/calendars/closed/edit/more",
])("%s is no page", (path) => {
  expect(routeOf(path)).toEqual({ page: "not-found" });
});

test("a section is current on its pages and on no other's", () => {
  expect(isWithin("/app/tasks/01a2", "/app/tasks")).toBe(true);
  expect(isWithin("/app/tasksheet", "/app/tasks")).toBe(false);
  expect(isWithin("/app/tasks", "/")).toBe(false);
});

test.each([...SECTIONS, ...SUB_PAGES, ...TOOL_PAGES])("$name has a page", ({ path }) => {
  expect(routeOf(path).page).not.toBe("not-found");
});
