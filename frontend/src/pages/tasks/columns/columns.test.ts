import { expect, test } from "vitest";
import { columnsOf, columnsOfParam, columnsParam, parsed, toggled } from "./columns";

test("a column is shown in its place and left out again", () => {
  const columns = toggled(["QUEUE", "CREATED"], "PRIORITY");
  expect(columns).toEqual(["QUEUE", "PRIORITY", "CREATED"]);
  expect(toggled(columns, "PRIORITY")).toEqual(["QUEUE", "CREATED"]);
});

test("the columns of one view are chosen, the others have their own", () => {
  const chosen = parsed('{"pending": ["CREATED", "REASON"]}');
  expect(columnsOf(chosen, "pending")).toEqual(["REASON", "CREATED"]);
  expect(columnsOf(chosen, "failed")).toContain("FINISHED");
});

test.each(["", "null", "7", "[1]", '{"all": "QUEUE"}', '{"other": []}'])(
  "what cannot be read as choices is left out: %s",
  (text) => {
    expect(parsed(text)).toEqual({});
  },
);

test.each([
  [null, undefined],
  [[], "none"],
  [["QUEUE", "QUEUE_TIME"], "queue,queue_time"],
] as const)("columns %s are in the URL as %s", (columns, param) => {
  expect(columnsParam(columns)).toBe(param);
  expect(columnsOfParam(param ?? null)).toEqual(columns);
});

test("columns in the URL that do not exist are left out", () => {
  expect(columnsOfParam("finished,color,Reason")).toEqual(["REASON", "FINISHED"]);
  expect(columnsOfParam("color")).toBeNull();
});
