import { describe, expect, test } from "vitest";
import {
  compactTime,
  count,
  duration,
  fromNow,
  localInput,
  localTime,
  plural,
  rate,
  shortId,
  words,
} from "./format";

describe("duration", () => {
  test.each([
    [null, "–"],
    [undefined, "–"],
    [0.4, "< 1 ms"],
    [1, "1 ms"],
    [999.4, "999 ms"],
    [999.6, "1 s"],
    [1_000, "1 s"],
    [1_504, "1.50 s"],
    [9_996, "10.0 s"],
    [12_340, "12.3 s"],
    [59_940, "59.9 s"],
    [59_960, "1 min"],
    [60_000, "1 min"],
    [143_000, "2 min 23 s"],
    [3_600_000, "1 h"],
    [3_605_000, "1 h"],
    [5_400_000, "1 h 30 min"],
    [90_061_000, "1 d 1 h"],
  ])("%s ms is %s", (ms, text) => {
    expect(duration(ms)).toBe(text);
  });
});

describe("times", () => {
  const now = new Date(2026, 10, 27, 14, 5, 6);

  test("leave out the day if it is today", () => {
    expect(localTime(new Date(2026, 10, 27, 9, 8, 7), now)).toBe("09:08:07");
    expect(compactTime(new Date(2026, 10, 27, 9, 8, 7), now)).toBe("09:08:07");
  });

  test("name the day otherwise, and the year if it is another one", () => {
    expect(localTime(new Date(2026, 10, 26, 9, 8, 7), now)).toBe("Nov 26, 09:08:07");
    expect(localTime(new Date(2025, 10, 26, 9, 8, 7), now)).toBe("Nov 26, 2025, 09:08:07");
    expect(compactTime(new Date(2026, 10, 26, 9, 8, 7), now)).toBe("Nov 26");
  });

  test("are relative to now in both directions", () => {
    expect(fromNow(new Date(now.getTime() + 90_000), now.getTime())).toBe("in 1 min 30 s");
    expect(fromNow(new Date(now.getTime() - 4_000), now.getTime())).toBe("4 s ago");
    expect(fromNow(now, now.getTime())).toBe("now");
  });

  test("are entered in the viewer's zone", () => {
    expect(localInput(now)).toBe("2026-11-27T14:05:06");
    expect(new Date(localInput(now))).toEqual(now);
  });
});

test("numbers are grouped, and rates are as precise as they are small", () => {
  expect(count(1_234_567)).toBe("1,234,567");
  expect([rate(0), rate(0.126), rate(19.5), rate(1_234.5)]).toEqual(["0", "0.13", "19.5", "1,235"]);
  expect([plural(1, "task"), plural(0, "task"), plural(2, "entry", "entries")]).toEqual([
    "1 task",
    "0 tasks",
    "2 entries",
  ]);
});

test("names of the API become words", () => {
  expect(words("CANCEL_REQUESTED")).toBe("Cancel requested");
  expect(shortId("01a21a6d-c2c7-7038-a29e-d4b5a570ee06")).toBe("a570ee06");
});
