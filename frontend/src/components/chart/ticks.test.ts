import { describe, expect, test } from "vitest";
import { axisLabel } from "./series";
import { ticks, type Unit } from "./ticks";

function labels(max: number, unit: Unit) {
  return ticks(max, unit).map((tick) => axisLabel(tick, unit));
}

describe("an axis of durations", () => {
  test.each([
    [0, ["0", "1 ms"]],
    [38, ["0", "10 ms", "20 ms", "30 ms", "40 ms"]],
    [930, ["0", "500 ms", "1 s"]],
    [1_900, ["0", "500 ms", "1 s", "1.5 s", "2 s"]],
    [37_000, ["0", "10 s", "20 s", "30 s", "40 s"]],
    [71_000, ["0", "30 s", "1 min", "1 min 30 s"]],
    [1_500_000, ["0", "10 min", "20 min", "30 min"]],
    [86_400_000 * 2.5, ["0", "1 d", "2 d", "3 d"]],
  ])("up to %s ms has round ticks", (max, expected) => {
    expect(labels(max, "duration")).toEqual(expected);
  });
});

test("an axis of rates has decimal ticks without noise", () => {
  expect(labels(0.55, "rate")).toEqual(["0", "0.2/s", "0.4/s", "0.6/s"]);
  expect(labels(11, "rate")).toEqual(["0", "5/s", "10/s", "15/s"]);
});

test("an axis of counts has whole ticks", () => {
  expect(ticks(2, "count")).toEqual([0, 1, 2]);
});

test.each([0, 0.013, 1, 7, 99, 1_001, 59_999, 3_600_001, 1e9])(
  "the last tick covers %s and all labels differ",
  (max) => {
    for (const unit of ["duration", "rate"] as const) {
      const all = ticks(max, unit);
      expect(all.at(-1)).toBeGreaterThanOrEqual(max);
      expect(all.length).toBeLessThanOrEqual(8);
    }
  },
);
