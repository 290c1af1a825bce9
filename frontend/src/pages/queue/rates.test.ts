import { expect, test } from "vitest";
import { timeToEmpty } from "./rates";

test("the time to empty follows from the backlog and the speed", () => {
  expect(timeToEmpty(120, 2)).toBe(60_000);
  expect(timeToEmpty(120, 0)).toBe(null);
  expect(timeToEmpty(0, 0)).toBe(0);
});
