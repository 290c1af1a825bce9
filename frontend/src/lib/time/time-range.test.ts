import { expect, test } from "vitest";
import { withParams } from "../routing/router";
import { paramsOfName, paramsOfTimes, rangeOf, rangeText } from "./time-range";

const from = { pathname: "/", search: "" };
const paramsIn = (url: string) => new URL(url, "http://localhost").searchParams;

test("without a range in the URL the last 15 minutes are shown", () => {
  expect(rangeOf(new URLSearchParams())).toMatchObject({
    name: "15m",
    input: { lastSeconds: 900 },
  });
  expect(rangeOf(new URLSearchParams("range=2y")).name).toBe("15m");
});

test("a named range is in the URL unless it is the default", () => {
  expect(withParams(paramsOfName("6h"), from)).toBe("/?range=6h");
  expect(withParams(paramsOfName("15m"), from)).toBe("/");
  expect(rangeOf(new URLSearchParams("range=6h")).input).toEqual({ lastSeconds: 21_600 });
});

test("a fixed range replaces a named one, and the other way round", () => {
  const url = withParams(paramsOfTimes(0, 60_000), { pathname: "/", search: "?range=6h" });
  const range = rangeOf(paramsIn(url));
  expect(range.name).toBeUndefined();
  expect(range.input).toEqual({
    between: { since: "1970-01-01T00:00:00.000Z", until: "1970-01-01T00:01:00.000Z" },
  });
  expect(
    withParams(paramsOfName("15m"), { pathname: "/", search: new URL(url, "http://x").search }),
  ).toBe("/");
});

test.each(["from=x&until=y", "from=2026-01-02&until=2026-01-01", "from=2026-01-01"])(
  "%s is no range",
  (search) => {
    expect(rangeOf(new URLSearchParams(search)).name).toBe("15m");
  },
);

test("a fixed range of one day names the day once", () => {
  const range = rangeOf(new URLSearchParams("from=2026-01-01T10:00:00&until=2026-01-01T10:30:00"));
  expect(rangeText(range, new Date("2026-02-01T00:00:00"))).toMatch(/Jan.*10:00:00 to 10:30:00$/);
});
