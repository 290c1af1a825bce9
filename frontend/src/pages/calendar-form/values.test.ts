import { expect, test } from "vitest";
import { readCalendar } from "./values";

function entered(values: Record<string, string | string[]>): FormData {
  const data = new FormData();
  for (const [name, value] of Object.entries(values))
    for (const each of [value].flat()) data.append(name, each);
  return data;
}

const VALID = {
  name: "closed",
  timeZone: "Europe/Berlin",
  "weekly.0.days": ["SATURDAY", "SUNDAY"],
  "weekly.0.from": "00:00",
  "weekly.0.until": "00:00",
  "weekly.1.days": ["FRIDAY"],
  "weekly.1.from": "18:00",
  "weekly.1.until": "08:00",
  "dates.0.from": "2027-12-24",
  "dates.0.until": "2027-12-26",
  "dates.1.from": "2028-01-01",
  "dates.1.until": "",
};

test("any number of weekly hours and dates are read", () => {
  const { input, errors } = readCalendar(entered(VALID), []);
  expect(errors).toEqual([]);
  expect(input.weekly).toEqual([
    { days: ["SATURDAY", "SUNDAY"], from: "00:00", until: "00:00" },
    { days: ["FRIDAY"], from: "18:00", until: "08:00" },
  ]);
  expect(input.dates).toEqual([
    { from: "2027-12-24", until: "2027-12-26" },
    { from: "2028-01-01", until: "2028-01-01" },
  ]);
});

test.each([
  [{ name: "" }, "name"],
  [{ name: "known" }, "name"],
  [{ timeZone: "" }, "timeZone"],
  [{ "weekly.1.days": [] }, "weekly.1.days"],
  [{ "weekly.0.until": "" }, "weekly.0.until"],
  [{ "dates.1.from": "" }, "dates.1.from"],
])("%j is refused by its field", (change, field) => {
  const { errors } = readCalendar(entered({ ...VALID, ...change }), ["known"]);
  expect(errors.map((error) => error.field.at(-1))).toEqual([field]);
});
