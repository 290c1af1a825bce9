import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { dismiss, holdNotices, notices, notify, notifyError, undo, undoLast } from "./store";

const texts = () => notices.get().map(({ text }) => text);
const done = async () => ({ errors: [], done: "Restored." });

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  holdNotices(false);
  for (const notice of notices.get()) dismiss(notice);
});

test("an action can be taken back for ten seconds", () => {
  notify("Cancelled.", done);
  notify("Saved.");
  vi.advanceTimersByTime(9_999);
  expect(texts()).toEqual(["Cancelled."]);
  vi.advanceTimersByTime(1);
  expect(texts()).toEqual([]);
});

test("notices stay while the pointer or the focus is in them", () => {
  notify("Cancelled.", done);
  holdNotices(true);
  notify("Saved.");
  vi.advanceTimersByTime(60_000);
  expect(texts()).toEqual(["Cancelled.", "Saved."]);
  holdNotices(false);
  vi.advanceTimersByTime(9_999);
  expect(texts()).toEqual(["Cancelled."]);
  vi.advanceTimersByTime(1);
  expect(texts()).toEqual([]);
});

test("the last action is taken back, and once", async () => {
  const [first, second] = [vi.fn(done), vi.fn(done)];
  notify("One.", first);
  notify("Two.", second);
  notifyError("Refused.");
  const [, two] = notices.get();
  undoLast();
  if (two) await undo(two);
  await vi.advanceTimersByTimeAsync(0);
  expect(second).toHaveBeenCalledTimes(1);
  expect(first).not.toHaveBeenCalled();
  expect(texts()).toEqual(["One.", "Refused.", "Restored."]);
});

test("an undo that is refused says why", async () => {
  const message = "The event does not exist.";
  notify("Cancelled.", async () => ({ errors: [{ field: [], message }], done: "Restored." }));
  undoLast();
  await vi.advanceTimersByTimeAsync(0);
  expect(notices.get()).toMatchObject([{ text: message, isError: true }]);
});
