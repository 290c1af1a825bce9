import { expect, test } from "vitest";
import { toggle } from "./selection";

const IDS = ["a", "b", "c", "d"];

test("a click selects a task, another click deselects it", () => {
  const once = toggle(new Set(["d"]), IDS, "b", null);
  expect([...once]).toEqual(["d", "b"]);
  expect([...toggle(once, IDS, "b", null)]).toEqual(["d"]);
});

test("a click with Shift selects all from the last one, in both directions", () => {
  expect([...toggle(new Set(["a"]), IDS, "c", "a")].sort()).toEqual(["a", "b", "c"]);
  expect([...toggle(new Set(["d"]), IDS, "b", "d")].sort()).toEqual(["b", "c", "d"]);
});

test("a click with Shift selects one task if the last one has left the list", () => {
  expect([...toggle(new Set(["x"]), IDS, "c", "x")]).toEqual(["x", "c"]);
});
