import { describe, expect, test } from "vitest";
import { readFilter, searchFor } from "./filter";

const UUID = "01a21a6d-c2c7-7038-a29e-d4b5a570ee06";
const NOW = Date.parse("2026-11-27T12:00:00Z");

function filterOf(query: string) {
  return readFilter(new URLSearchParams(query), NOW);
}

describe("the search", () => {
  test("finds an ID, with or without hyphens", () => {
    expect(searchFor(UUID)).toEqual({ where: { ids: [UUID] } });
    expect(searchFor(UUID.replaceAll("-", "").toUpperCase())).toEqual({ where: { ids: [UUID] } });
  });

  test.each([
    ["a570ee06", "a570ee06"],
    ["01a21a6d-c2c7", "01a21a6dc2c7"],
    ["EE06", "ee06"],
  ])("finds the fragment %s of an ID", (search, digits) => {
    expect(searchFor(search)).toEqual({ where: { uuidFragment: digits } });
  });

  test("finds a number as A, as B and as a result", () => {
    const equal = (number: string) =>
      ["a", "b", "result"].map((name) => ({ [name]: { equals: number } }));
    expect(searchFor("42")).toEqual({ where: { OR: equal("42") } });
    expect(searchFor("-42")).toEqual({ where: { OR: equal("-42") } });
    expect(searchFor("-123456789")).toEqual({ where: { OR: equal("-123456789") } });
  });

  test("takes as many digits as an ID in the list has for both", () => {
    expect(searchFor("12345678").where?.OR).toContainEqual({ uuidFragment: "12345678" });
    expect(searchFor("12345678").where?.OR).toContainEqual({ a: { equals: "12345678" } });
  });

  test.each(["nonsense", "2.5", "abc", "--", "task 5", "🙂"])("refuses %o", (search) => {
    expect(searchFor(search).where).toBeUndefined();
    expect(searchFor(search).problem).toMatch(/number.*ID/);
  });
});

describe("the filter", () => {
  test("is empty without parameters", () => {
    expect(filterOf("")).toEqual({ where: {}, description: "", problem: undefined });
  });

  test("combines all parameters", () => {
    const { where, description } = filterOf(
      "status=FAILED&status=CANCELLED&queue=mail&node=n1&type=one-off&within=3600",
    );
    expect(where).toEqual({
      statuses: ["FAILED", "CANCELLED"],
      queue: "mail",
      workerNode: "n1",
      scheduled: false,
      createdAt: { start: "2026-11-27T11:00:00.000Z" },
    });
    expect(description).toBe(
      "status Failed or Cancelled, queue mail, node n1, type one-off, created in the last hour",
    );
  });

  test.each(["search=nonsense", "status=BOGUS", "type=any", "within=0", "within=soon"])(
    "matches nothing if it makes no sense: %s",
    (query) => {
      const { where, problem } = filterOf(`${query}&queue=mail`);
      expect(where).toEqual({ ids: [] });
      expect(problem).toMatch(/\.$/);
    },
  );
});
