import { expect, test } from "vitest";
import { countNew, withPresentState } from "./list";

const rows = (...ids: string[]) => ids.map((id) => ({ id, status: "PENDING" }));

test("held rows stay where they are and show their present state", () => {
  const present = [{ id: "b", status: "SUCCESS" }];
  expect(withPresentState(rows("a", "b"), present)).toEqual([
    { id: "a", status: "PENDING" },
    { id: "b", status: "SUCCESS" },
  ]);
});

test("new tasks are those that are not in the list yet", () => {
  expect(countNew(rows("b", "a"), rows("d", "c", "b"))).toBe(2);
});
