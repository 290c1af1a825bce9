import { expect, test } from "vitest";
import { eventLabel, eventMessage, TOPICS } from "./labels";

test("the reason of a skipped run is in words", () => {
  expect(eventMessage({ kind: "TICK_SKIPPED", message: "OVERLAP" })).toBe(
    "Skipped: previous run active",
  );
  expect(eventMessage({ kind: "NODE_PAUSED", message: "OVERLAP" })).toBe("OVERLAP");
  expect(eventMessage({ kind: "TASK_CREATED", message: null })).toBe("");
});

test("a kind that this version does not know is shown by its name", () => {
  expect(eventLabel("TASK_TELEPORTED").text).toBe("TASK_TELEPORTED");
});

test("each kind belongs to one topic", () => {
  const kinds = Object.values(TOPICS).flat();
  expect(new Set(kinds).size).toBe(kinds.length);
});
