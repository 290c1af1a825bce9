import { expect, test } from "vitest";
import { choicesOf, labelsOf, withToggledLabel } from "./labels";

test("a label is added and removed, from the first page on", () => {
  const before = new URLSearchParams("label=nightly&after=x");
  const both = withToggledLabel(before, "a,b");
  expect(labelsOf(both)).toEqual(["nightly", "a,b"]);
  expect(both.has("after")).toBe(false);
  expect(labelsOf(withToggledLabel(both, "nightly"))).toEqual(["a,b"]);
});

test("the labels of the filter come first, and each label once", () => {
  const shown = [{ labels: ["nightly", "billing"] }, { labels: ["mail", "billing"] }];
  expect(choicesOf(["nightly", "gone"], shown)).toEqual(["nightly", "gone", "billing", "mail"]);
});
