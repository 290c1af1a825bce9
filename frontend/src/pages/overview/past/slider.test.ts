import { expect, test } from "vitest";
import { spanOf, timeOf } from "./slider";

const NOW = Date.parse("2027-01-01T12:00:00Z");

test("a range that ends now has its length", () => {
  const span = spanOf({ input: { lastSeconds: 3_600 }, intervalMs: 1 }, NOW);
  expect(span).toEqual({ start: NOW - 3_600_000, end: NOW });
});

test("a range does not go into the future", () => {
  const between = { since: "2027-01-01T11:00:00Z", until: "2027-01-01T13:00:00Z" };
  expect(spanOf({ input: { between }, intervalMs: 1 }, NOW).end).toBe(NOW);
});

test("a time outside the span is its nearest end, and no time is undefined", () => {
  const span = { start: NOW - 1_000, end: NOW };
  expect(timeOf("2020-01-01T00:00:00Z", span)).toBe(span.start);
  expect(timeOf("2030-01-01T00:00:00Z", span)).toBe(span.end);
  expect(timeOf("nonsense", span)).toBeUndefined();
  expect(timeOf(null, span)).toBeUndefined();
});
