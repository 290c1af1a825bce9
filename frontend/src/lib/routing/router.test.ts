import { expect, test } from "vitest";
import { withParams } from "./router";

const page = { pathname: "/app/tasks", search: "?status=FAILED&status=PENDING&after=x" };

test("parameters are set and removed, the others stay", () => {
  expect(withParams({ queue: "mail", after: undefined }, page)).toBe(
    "/app/tasks?status=FAILED&status=PENDING&queue=mail",
  );
  expect(withParams({ status: "", after: "" }, page)).toBe("/app/tasks");
});

test("values are escaped", () => {
  expect(withParams({ node: "a&b=c" }, { pathname: "/", search: "" })).toBe("/?node=a%26b%3Dc");
});
