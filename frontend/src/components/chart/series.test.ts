import { expect, test } from "vitest";
import { isEmpty, isolated, largest, stacked } from "./series";

const series = (values: (number | null)[]) => ({ name: "p95", color: "--accent", values });

test("a value without neighbors is drawn as a point", () => {
  expect(isolated([null, 5, null, 1, 2, null, 7])).toEqual([1, 6]);
  expect(isolated([5])).toEqual([0]);
  expect(isolated([])).toEqual([]);
});

test("gaps do not count as values", () => {
  expect(largest([series([1, null]), series([null, 3])])).toBe(3);
  expect(largest([])).toBe(0);
  expect(isEmpty([series([null, null])])).toBe(true);
  expect(isEmpty([series([null, 0])])).toBe(false);
});

test("stacked series stand on each other, and a time without any value stays a gap", () => {
  const both = stacked([series([1, null, null]), series([2, 3, null])]);
  expect(both.map(({ values }) => values)).toEqual([
    [1, null, null],
    [3, 3, null],
  ]);
});
