import { expect, test } from "vitest";
import { FormReader } from "../../lib/validation";
import { readStartRate, startRateText } from "./start-rate";

function read(values: Record<string, string>) {
  const form = new FormData();
  for (const [name, value] of Object.entries(values)) form.set(name, value);
  const reader = new FormReader(form);
  return { rate: readStartRate(reader), fields: reader.errors.map(({ field }) => field.at(-1)) };
}

test("empty fields are no start rate", () => {
  expect(read({ count: "", perSeconds: "1", burst: "" })).toEqual({ rate: null, fields: [] });
});

test("a start rate has a count, a period and perhaps a burst", () => {
  const { rate } = read({ count: "5", perSeconds: "60", burst: "" });
  expect(rate).toEqual({ count: 5, perSeconds: 60, burst: null });
  expect(read({ count: "5", perSeconds: "60", burst: "9" }).rate?.burst).toBe(9);
});

test("wrong values are named by their fields", () => {
  const { fields } = read({ count: "0", perSeconds: "x", burst: "-1" });
  expect(fields.sort()).toEqual(["burst", "count", "perSeconds"]);
});

test("a burst without a number of starts is refused, not ignored", () => {
  expect(read({ count: "", perSeconds: "60", burst: "9" })).toEqual({
    rate: null,
    fields: ["count"],
  });
});

test("a start rate in words", () => {
  expect(startRateText(null)).toBe("none");
  expect(startRateText({ count: 5, perSeconds: 1, burst: 5 })).toBe("5 per second");
  expect(startRateText({ count: 5, perSeconds: 60, burst: 9 })).toBe("5 per 60 seconds, burst 9");
});
