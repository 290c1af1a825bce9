import { describe, expect, test } from "vitest";
import { FormReader } from "./validation";

function reader(values: Record<string, string>) {
  const data = new FormData();
  for (const [name, value] of Object.entries(values)) data.set(name, value);
  return new FormReader(data);
}

describe("bigInteger", () => {
  test.each(["0", "-5", "9223372036854775807", "-9223372036854775808"])("accepts %s", (text) => {
    const form = reader({ a: ` ${text} ` });
    expect(form.bigInteger("a", "A")).toBe(text);
    expect(form.errors).toEqual([]);
  });

  test.each(["", "2.5", "1e3", "0x10", "two"])("refuses %o as no whole number", (text) => {
    const form = reader({ a: text });
    form.bigInteger("a", "A");
    expect(form.errors).toEqual([{ field: ["input", "a"], message: "A must be a whole number." }]);
  });

  test("refuses more than 64 bits with the range", () => {
    const form = reader({ b: "9223372036854775808" });
    form.bigInteger("b", "B");
    expect(form.errors[0]?.message).toBe(
      "B must be from -9,223,372,036,854,775,808 to 9,223,372,036,854,775,807.",
    );
  });
});

describe("integer", () => {
  test("says its range", () => {
    const form = reader({ priority: "10", limit: "0" });
    form.integer("priority", "Priority", { min: 0, max: 9 });
    form.integer("limit", "Limit", { min: 1 });
    expect(form.errors.map(({ message }) => message)).toEqual([
      "Priority must be a whole number from 0 to 9.",
      "Limit must be a whole number of at least 1.",
    ]);
  });

  test("may be left out if it is optional", () => {
    const form = reader({ limit: "" });
    expect(form.optionalInteger("limit", "Limit", { min: 1 })).toBeNull();
    expect(form.errors).toEqual([]);
  });
});

test("a time is read in the viewer's zone", () => {
  const form = reader({ at: "2026-11-27T14:05:06", none: "" });
  expect(form.optionalTime("at", "At")).toBe(new Date(2026, 10, 27, 14, 5, 6).toISOString());
  expect(form.optionalTime("none", "None")).toBeNull();
  form.requiredTime("none", "First run");
  expect(form.errors).toEqual([{ field: ["input", "none"], message: "First run is required." }]);
});

test("a required text is not blank", () => {
  const form = reader({ name: "  " });
  form.requiredText("name", "Name");
  expect(form.errors).toEqual([{ field: ["input", "name"], message: "Name is required." }]);
});
