import { expect, test } from "vitest";
import {
  quoted,
  secondsBetween,
  tasksUrl,
  termsOf,
  valuesOf,
  withoutTerm,
  withToggled,
  withValues,
} from "./search-text";

test("a text is split into terms with keys and values", () => {
  const [queue, status, word] = termsOf('QUEUE:"a, \\"b\\"",c  -status:failed 42');
  expect(queue).toMatchObject({ key: "queue", values: ['a, "b"', "c"], isNegated: false });
  expect(status).toMatchObject({ key: "status", values: ["failed"], isNegated: true, start: 20 });
  expect(word).toMatchObject({ key: undefined, values: [], text: "42" });
});

test("what is not finished is a term, too", () => {
  expect(termsOf('error:"not finished').map(({ text }) => text)).toEqual(['error:"not finished']);
  expect(termsOf('error:"x\\').map(({ text }) => text)).toEqual(['error:"x\\']);
  expect(termsOf("status:")).toMatchObject([{ key: "status", values: [] }]);
});

test("values are quoted if they need it", () => {
  expect(["email", "a b", "a,b", 'a"b\\'].map(quoted)).toEqual([
    "email",
    '"a b"',
    '"a,b"',
    '"a\\"b\\\\"',
  ]);
  expect(valuesOf(`queue:${quoted('a"b\\')}`, "queue")).toEqual(['a"b\\']);
});

test("a control replaces the values of its key and leaves other terms", () => {
  expect(withValues("queue:a slots:>2 -queue:b", "queue", ["c d"])).toBe(
    'slots:>2 -queue:b queue:"c d"',
  );
  expect(withValues("queue:a slots:>2", "queue", [])).toBe("slots:>2");
});

test("a value is added, and removed if it was there", () => {
  expect(withToggled("slots:>2", "status", "failed")).toBe("slots:>2 status:failed");
  expect(withToggled("status:failed", "status", "pending")).toBe("status:failed,pending");
  expect(withToggled("status:Failed,pending", "status", "failed")).toBe("status:pending");
  expect(withToggled("status:failed", "status", "failed")).toBe("");
});

test("one of two equal terms is removed", () => {
  expect(withoutTerm("a:1 a:1 b:2", 4)).toBe("a:1 b:2");
});

test("a link leads to the tasks with these values", () => {
  expect(tasksUrl({ status: "FAILED", queue: "reports & more" })).toBe(
    "/app/tasks?search=status%3Afailed+queue%3A%22reports+%26+more%22",
  );
  expect(tasksUrl({ status: "FAILED", queue: null }, "finished")).toBe(
    "/app/tasks?search=status%3Afailed&order=finished",
  );
});

test("the seconds between two times leave out the end", () => {
  const since = Date.parse("2026-11-28T10:30:00Z") / 1_000;
  expect(secondsBetween(since, since + 10)).toBe("2026-11-28T10:30:00Z..2026-11-28T10:30:09Z");
});
