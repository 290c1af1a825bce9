/** The values of a calendar's form, to the API, and calendars in words. */

import type { InputOf, UserError } from "../../lib/api/schema";
import { FormReader } from "../../lib/validation";

type CalendarInput = InputOf<"saveCalendar">;
type Weekday = NonNullable<CalendarInput["weekly"]>[number]["days"][number];
type Hours = { days: readonly Weekday[]; from: string; until: string };
type Dates = { from: string; until: string };

export const WEEKDAYS: readonly (readonly [Weekday, string])[] = [
  ["MONDAY", "Mon"],
  ["TUESDAY", "Tue"],
  ["WEDNESDAY", "Wed"],
  ["THURSDAY", "Thu"],
  ["FRIDAY", "Fri"],
  ["SATURDAY", "Sat"],
  ["SUNDAY", "Sun"],
];

/** What the form's values ask for, and what is wrong with them. */
export function readCalendar(
  values: FormData,
  known: readonly string[],
): { input: CalendarInput; errors: UserError[] } {
  const reader = new FormReader(values);
  const name = reader.requiredText("name", "Name");
  const days = reader.list("days") as Weekday[];
  const input: CalendarInput = {
    name,
    description: reader.text("description"),
    timeZone: reader.requiredText("timeZone", "Time zone"),
    weekly: days.length
      ? [{ days, from: reader.text("from") || "00:00", until: reader.text("until") || "00:00" }]
      : [],
    dates: reader.names("dates").map(datesOf),
  };
  const errors = [...reader.errors];
  if (known.includes(name)) errors.push({ field: ["name"], message: "The calendar exists." });
  if (input.dates?.some(({ from, until }) => !isDate(from) || !isDate(until)))
    errors.push({ field: ["dates"], message: "Write 2027-12-24 or 2027-12-24 to 2027-12-26." });
  if (!days.length && !input.dates?.length)
    errors.push({ field: ["days"], message: "Choose days of the week, or enter dates." });
  return { input, errors };
}

function datesOf(text: string): Dates {
  const [from = "", until = from] = text.split(/\s+to\s+/);
  return { from, until };
}

function isDate(text: string): boolean {
  return /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(text));
}

/** Hours of the week in words: "Sat, Sun" or "Mon, Tue 18:00–08:00". */
export function hoursText({ days, from, until }: Hours): string {
  const names = WEEKDAYS.filter(([day]) => days.includes(day)).map(([, name]) => name);
  const hours = from === until && from === "00:00" ? "" : ` ${from}–${until}`;
  return names.join(", ") + hours;
}

/** A range of days in words: "2027-12-24 to 2027-12-26". */
export function datesText({ from, until }: Dates): string {
  return from === until ? from : `${from} to ${until}`;
}
