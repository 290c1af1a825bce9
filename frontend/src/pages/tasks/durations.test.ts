import { expect, test } from "vitest";
import { barsOf, median } from "./durations";

test("tasks without a duration have no bar", () => {
  const rows = [
    { status: "SUCCESS", runTimeMs: 30 },
    { status: "PENDING", runTimeMs: null },
    { status: "FAILED", runTimeMs: 0 },
  ];
  expect(barsOf(rows)).toEqual([
    { ms: 30, isFailed: false },
    { ms: 0, isFailed: true },
  ]);
});

test("the median is one of the numbers, in the order of numbers", () => {
  expect(median([100, 9, 20])).toBe(20);
  expect(median([100, 9])).toBe(9);
  expect(median([7])).toBe(7);
});
