import { expect, test } from "vitest";
import { splitTimestamps } from "./timestamps";

test("a timestamp in a sentence is found, the rest stays as it is", () => {
  expect(splitTimestamps("It runs at 2026-11-20T00:11:45.940862+00:00, or later.")).toEqual([
    "It runs at ",
    new Date("2026-11-20T00:11:45.940Z"),
    ", or later.",
  ]);
});

test("a sentence without a timestamp is one part, an empty one has none", () => {
  expect(splitTimestamps("The queue 2026-11-20 is paused.")).toEqual([
    "The queue 2026-11-20 is paused.",
  ]);
  expect(splitTimestamps("")).toEqual([]);
});

test("several timestamps are all found", () => {
  const text = "2026-01-01T00:00:00Z 2026-01-02T00:00:00+02:00";
  expect(splitTimestamps(text).filter((part) => part instanceof Date)).toHaveLength(2);
});
