import { CombinedError } from "urql";
import { expect, test } from "vitest";
import type { ClusterEvent } from "../../../lib/api/events";
import { fromCodePoints, isAffected, problemOf, toCodePoints, viewOf } from "./search";

function event(more: Partial<ClusterEvent>): ClusterEvent {
  return {
    taskCount: 1,
    queue: "email",
    status: "FAILED",
    previousStatus: "RUNNING",
    ...more,
  } as never;
}

test("events of other queues and statuses do not affect a search", () => {
  expect(isAffected(event({}), "")).toBe(true);
  expect(isAffected(event({ taskCount: 0 }), "")).toBe(false);
  expect(isAffected(event({}), "queue:email,other status:running")).toBe(true);
  expect(isAffected(event({}), "queue:other")).toBe(false);
  expect(isAffected(event({}), "-queue:email")).toBe(true);
  expect(isAffected(event({ queue: null }), "queue:other")).toBe(true);
  expect(isAffected(event({}), "status:success")).toBe(false);
});

test("tasks of one status have a view of their own", () => {
  expect(
    ["status:Failed", "slots:>2 status:pending", "status:failed,pending", ""].map(viewOf),
  ).toEqual(["failed", "pending", "all", "all"]);
});

test("an invalid search has a problem, another error has none", () => {
  const extensions = { search: { start: 1, end: 3, allowed: [] } };
  const graphQLErrors = [{ message: "Not valid.", extensions }];
  expect(problemOf(new CombinedError({ graphQLErrors }))).toMatchObject({
    message: "Not valid.",
    start: 1,
    end: 3,
  });
  expect(problemOf(new CombinedError({ graphQLErrors: ["Away."] }))).toBeUndefined();
  expect(problemOf(undefined)).toBeUndefined();
});

test("positions of the server count code points", () => {
  expect(toCodePoints("🙂 ab", 3)).toBe(2);
  expect(fromCodePoints("🙂 ab", 2)).toBe(3);
});
