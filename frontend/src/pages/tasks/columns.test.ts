import { expect, test } from "vitest";
import { columnsOf, parsed, toggled } from "./columns";

test("a column is shown in its place and left out again", () => {
  const columns = toggled(["queue", "created"], "priority");
  expect(columns).toEqual(["queue", "priority", "created"]);
  expect(toggled(columns, "priority")).toEqual(["queue", "created"]);
});

test("the columns of one view are chosen, the others have their own", () => {
  const chosen = parsed('{"pending": ["created", "reason"]}');
  expect(columnsOf(chosen, "pending")).toEqual(["reason", "created"]);
  expect(columnsOf(chosen, "failed")).toContain("finished");
});

test.each(["", "null", "7", "[1]", '{"all": "queue"}', '{"other": []}'])(
  "what cannot be read as choices is left out: %s",
  (text) => {
    expect(parsed(text)).toEqual({});
  },
);
