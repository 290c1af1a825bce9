import { expect, test } from "vitest";
import type { Tick } from "./query";
import { groupTicks } from "./ticks";

function tick(minute: number, outcome: Tick["outcome"], reason: Tick["reason"] = null): Tick {
  const nominalAt = `2026-11-27T12:${String(minute).padStart(2, "0")}:00+00:00`;
  return {
    id: String(minute),
    nominalAt,
    outcome,
    count: 1,
    run: null,
    firedAt: null,
    reason,
    task: null,
  };
}

test("skipped runs in a row become one with a count and a range of times", () => {
  const groups = groupTicks([
    tick(4, "SKIPPED", "OVERLAP"),
    tick(3, "SKIPPED", "OVERLAP"),
    tick(2, "SKIPPED", "PAUSED"),
    tick(1, "FIRED"),
  ]);
  expect(groups.map(({ outcome, reason, count }) => [outcome, reason, count])).toEqual([
    ["SKIPPED", "OVERLAP", 2],
    ["SKIPPED", "PAUSED", 1],
    ["FIRED", null, 1],
  ]);
  expect(groups[0]?.firstAt).toContain("12:03");
  expect(groups[0]?.nominalAt).toContain("12:04");
});

test("each run that was fired stays a row of its own", () => {
  expect(groupTicks([tick(2, "FIRED"), tick(1, "FIRED")])).toHaveLength(2);
});
