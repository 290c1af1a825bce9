import { expect, test } from "vitest";
import { datesText, hoursText } from "./excluded-times";

test("hours and dates are shown in words", () => {
  const weekend = { days: ["SUNDAY", "SATURDAY"] as const, from: "00:00", until: "00:00" };
  expect(hoursText(weekend)).toBe("Sat, Sun");
  expect(hoursText({ days: ["MONDAY"], from: "18:00:00", until: "08:00:00" })).toBe(
    "Mon 18:00–08:00",
  );
  expect(datesText({ from: "2027-12-24", until: "2027-12-24" })).toBe("2027-12-24");
  expect(datesText({ from: "2027-12-24", until: "2027-12-26" })).toBe("2027-12-24 to 2027-12-26");
});
