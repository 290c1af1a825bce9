import { expect, test } from "vitest";
import { scopeInWords } from "./scope";

test("a scope is the kind, and the name or the last digits of the ID", () => {
  const id = "01a20b5c-2c2b-7ba4-8680-9665549a35b3";
  const scopes = [null, { kind: "QUEUE", key: "default" }, { kind: "SCHEDULE", key: id }];
  expect(scopes.map(scopeInWords)).toEqual(["Everything", "Queue default", "Schedule 549a35b3"]);
});
