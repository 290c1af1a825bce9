import { expect, test } from "vitest";
import { cancelledText, partlyRestored, restoredText } from "./undo-text";

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

test("an undo that is refused halfway says how many tasks are restored", () => {
  const error = {
    code: "NOT_FOUND",
    field: ["input"],
    message: "The event does not exist.",
  } as const;
  const refused = { ...error, field: [...error.field] };

  expect(partlyRestored([refused], 0, 1_500)).toEqual([refused]);
  expect(partlyRestored([refused], 1_000, 1_500)[0]?.message).toBe(
    "1,000 of 1,500 tasks restored. The event does not exist.",
  );
});
