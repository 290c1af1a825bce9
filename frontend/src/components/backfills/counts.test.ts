import { expect, test } from "vitest";
import { endedOf, PARTS, percentOf } from "./counts";

const COUNTS = { waiting: 1, active: 2, succeeded: 990, failed: 4, cancelled: 3 };

test("a backfill is complete only when all of its runs have ended", () => {
  expect(endedOf(COUNTS)).toBe(997);
  expect(percentOf(COUNTS, 1_000)).toBe(99);
  expect(percentOf({ ...COUNTS, waiting: 0, active: 0, succeeded: 993 }, 1_000)).toBe(100);
});

test("the bar has a part for each count", () => {
  expect(PARTS.map(([, name]) => name).sort()).toEqual(Object.keys(COUNTS).sort());
});
