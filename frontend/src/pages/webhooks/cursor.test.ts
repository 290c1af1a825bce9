import { expect, test } from "vitest";
import { cursorIn } from "./cursor";

test("a cursor is taken as it is", () => {
  expect(cursorIn("MTIzOjQ1Ng==")).toBe("MTIzOjQ1Ng==");
});

test("a permalink contains a cursor", () => {
  expect(cursorIn("https://example.com/app/events?topic=Tasks&after=MTIzOjQ1Ng%3D%3D")).toBe(
    "MTIzOjQ1Ng==",
  );
});
