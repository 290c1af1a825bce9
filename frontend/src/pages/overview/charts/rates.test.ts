import { expect, test } from "vitest";
import { failuresPerSecond } from "./rates";

test("the last bucket counts only the time that has passed", () => {
  const bucket = (second: number, failed: number) => ({
    at: `2026-11-27T12:00:${second}Z`,
    stats: { failed },
  });
  const now = Date.parse("2026-11-27T12:00:24Z");
  expect(failuresPerSecond([bucket(10, 20), bucket(20, 20)], now)).toEqual([2, 5]);
});
