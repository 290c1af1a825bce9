import { expect, test } from "vitest";
import { datesText, hoursText, readCalendar } from "./values";

function entered(values: Record<string, string | string[]>): FormData {
  const data = new FormData();
  for (const [name, value] of Object.entries(values))
    for (const each of [value].flat()) data.append(name, each);
  return data;
}

test("weekly hours and dates are read", () => {
  const { input, errors } = readCalendar(
    entered({
      name: "closed",
      timeZone: "Europe/Berlin",
      days: ["SATURDAY", "SUNDAY"],
      from: "00:00",
      until: "00:00",
      dates: "2027-12-24 to 2027-12-26, 2028-01-01",
    }),
    [],
  );
  expect(errors).toEqual([]);
  expect(input.weekly).toEqual([{ days: ["SATURDAY", "SUNDAY"], from: "00:00", until: "00:00" }]);
  expect(input.dates).toEqual([
    { from: "2027-12-24", until: "2027-12-26" },
    { from: "2028-01-01", until: "2028-01-01" },
  ]);
});

test.each([
  [{ name: "" }, "name"],
  [{ name: "known" }, "name"],
  [{ timeZone: "" }, "timeZone"],
  [{ dates: "24.12.2027" }, "dates"],
  [{ dates: "2027-13-01" }, "dates"],
  [{ dates: "" }, "days"],
])("%j is refused by its field", (change, field) => {
  const values = { name: "closed", timeZone: "UTC", dates: "2027-12-24", ...change };
  const { errors } = readCalendar(entered(values), ["known"]);
  expect(errors.map((error) => error.field.at(-1))).toEqual([field]);
});

test("hours and dates are shown in words", () => {
  const weekend = { days: ["SUNDAY", "SATURDAY"] as const, from: "00:00", until: "00:00" };
  expect(hoursText(weekend)).toBe("Sat, Sun");
  expect(hoursText({ days: ["MONDAY"], from: "18:00", until: "08:00" })).toBe("Mon 18:00–08:00");
  expect(datesText({ from: "2027-12-24", until: "2027-12-24" })).toBe("2027-12-24");
  expect(datesText({ from: "2027-12-24", until: "2027-12-26" })).toBe("2027-12-24 to 2027-12-26");
});
