import { readFileSync } from "node:fs";
import { buildSchema, validate } from "graphql";
import { expect, test } from "vitest";
import { commandDocument, countDocument } from "./command-document";
import type { MutationName } from "./schema";

const schema = buildSchema(readFileSync("../schema/schema.graphql", "utf8"));
const names = Object.keys(schema.getMutationType()?.getFields() ?? {}) as MutationName[];

test.each(names)("the command %s is valid in the schema", (name) => {
  expect(validate(schema, commandDocument(name))).toEqual([]);
});

test.each(
  names.filter((name) => /^(pause|resume|trigger|delete)TaskSchedules$|^retryTasks$/.test(name)),
)("the command %s returns a number", (name) => {
  expect(validate(schema, countDocument(name))).toEqual([]);
});
