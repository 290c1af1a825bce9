/** The values of a calendar's form, to the API. */

import type { Dates, Hours, Weekday } from "../../components/calendars/excluded-times";
import type { InputOf, UserError } from "../../lib/api/schema";
import { timeZone } from "../../lib/format";
import { FormReader } from "../../lib/validation";

export type CalendarInput = InputOf<"saveCalendar">;

export type CalendarValues = {
  description: string;
  timeZone: string;
  weekly: readonly Hours[];
  dates: readonly Dates[];
};

export const WEEKEND: Hours = { days: ["SATURDAY", "SUNDAY"], from: "00:00", until: "00:00" };

export function newCalendar(): CalendarValues {
  return { description: "", timeZone: timeZone(), weekly: [WEEKEND], dates: [] };
}

/** The values that a calendar has. */
export function valuesOf({ description, timeZone, weekly, dates }: CalendarValues): CalendarValues {
  return { description, timeZone, weekly, dates };
}

/**
 * What the form's values ask for, and what is wrong with them.
 *
 * @param taken the names that a new calendar cannot have.
 */
export function readCalendar(
  values: FormData,
  taken: readonly string[],
): { input: CalendarInput; errors: UserError[] } {
  const reader = new FormReader(values);
  const input: CalendarInput = {
    name: reader.requiredText("name", "Name"),
    description: reader.text("description"),
    timeZone: reader.requiredText("timeZone", "Time zone"),
    weekly: rowsOf(values, "weekly").map((row) => ({
      days: reader.requiredList(`${row}.days`, "Choose at least one day.") as Weekday[],
      from: reader.requiredText(`${row}.from`, "From"),
      until: reader.requiredText(`${row}.until`, "Until"),
    })),
    dates: rowsOf(values, "dates").map((row) => ({
      from: reader.requiredText(`${row}.from`, "First day"),
      until: reader.text(`${row}.until`) || reader.text(`${row}.from`),
    })),
  };
  if (taken.includes(input.name))
    reader.refuse("name", "A calendar with this name exists. Edit it, or choose another name.");
  return { input, errors: reader.errors };
}

/** The names of the rows of a list, by which their fields are called. */
function rowsOf(values: FormData, list: "weekly" | "dates"): string[] {
  const rows = [];
  for (let index = 0; values.has(`${list}.${index}.from`); index++) rows.push(`${list}.${index}`);
  return rows;
}
