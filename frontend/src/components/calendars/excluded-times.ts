/** The times that a calendar excludes, in words. */

import { graphql, type InputOf } from "../../lib/api/schema";

export const ExcludedTimes = graphql(`
  fragment ExcludedTimes on Calendar {
    timeZone
    weekly {
      days
      from
      until
    }
    dates {
      from
      until
    }
  }
`);

type CalendarInput = InputOf<"saveCalendar">;
export type Weekday = NonNullable<CalendarInput["weekly"]>[number]["days"][number];
export type Hours = { days: readonly Weekday[]; from: string; until: string };
export type Dates = { from: string; until: string };

export const WEEKDAYS: readonly (readonly [Weekday, string])[] = [
  ["MONDAY", "Mon"],
  ["TUESDAY", "Tue"],
  ["WEDNESDAY", "Wed"],
  ["THURSDAY", "Thu"],
  ["FRIDAY", "Fri"],
  ["SATURDAY", "Sat"],
  ["SUNDAY", "Sun"],
];

/** Hours of the week in words: "Sat, Sun" or "Mon, Tue 18:00–08:00". */
export function hoursText({ days, from, until }: Hours): string {
  const names = WEEKDAYS.filter(([day]) => days.includes(day)).map(([, name]) => name);
  const [begins, ends] = [from.slice(0, 5), until.slice(0, 5)];
  const hours = begins === "00:00" && ends === "00:00" ? "" : ` ${begins}–${ends}`;
  return names.join(", ") + hours;
}

/** A range of days in words: "2027-12-24 to 2027-12-26". */
export function datesText({ from, until }: Dates): string {
  return from === until ? from : `${from} to ${until}`;
}
