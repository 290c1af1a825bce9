import { expect, test } from "vitest";
import { BUILT_IN, isSame, stateOf, urlOf } from "./list-state";

test("the URL of a view has its search, order and columns", () => {
  const state = { search: "queue:email", order: "finished", columns: ["QUEUE_TIME"] as const };

  const url = urlOf(state);

  expect(url).toBe("/app/tasks?search=queue%3Aemail&order=finished&columns=queue_time");
  expect(stateOf(new URL(url, "http://localhost").searchParams)).toEqual(state);
});

test("a list of all tasks has no parameters", () => {
  const state = { search: "", order: "", columns: null };
  expect(urlOf(state)).toBe("/app/tasks");
  expect(stateOf(new URLSearchParams())).toEqual(state);
});

test("another page of a view is the same view", () => {
  const params = new URLSearchParams({ after: "abc", search: " status:failed " });
  expect(isSame(stateOf(params), { search: "status:failed", order: "", columns: null })).toBe(true);
  expect(isSame(stateOf(params), { search: "status:failed", order: "", columns: [] })).toBe(false);
});

test("built-in views are different", () => {
  expect(new Set(BUILT_IN.map(urlOf)).size).toBe(BUILT_IN.length);
  expect(new Set(BUILT_IN.map(({ name }) => name)).size).toBe(BUILT_IN.length);
});
