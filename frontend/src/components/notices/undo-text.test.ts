import { expect, test } from "vitest";
import { cancelledText, restoredText } from "./undo-text";

test("a cancellation says which tasks an undo does not restore", () => {
  expect(cancelledText({ count: 1, pendingCount: 1 })).toBe("1 task cancelled.");
  expect(cancelledText({ count: 2, pendingCount: 0 })).toBe("2 running tasks asked to stop.");
  expect(cancelledText({ count: 5, pendingCount: 3 })).toBe(
    "3 tasks cancelled. 2 running tasks asked to stop. Undo does not restore running tasks.",
  );
});

test("an undo says if tasks have changed since", () => {
  expect(restoredText(3, 3)).toBe("3 tasks restored.");
  expect(restoredText(2, 3)).toBe("2 of 3 tasks restored. The others have changed since.");
});
