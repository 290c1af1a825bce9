/** What the slots of the timeline show: their labels, their marks, and the busiest ones. */

import { localTime, minuteTime, plural } from "../../lib/format";
import type { Slot } from "./query";

/** Labels nearer to the end of the axis do not fit, in percent. */
const LABEL_POSITION_MAX = 92;
const DAY_HOURS = 24;
const MARK_HOURS = 3;

const weekday = new Intl.DateTimeFormat(undefined, { weekday: "short" });

/** The index of the first slot with the highest value; undefined if all are zero. */
export function highest(values: readonly number[]): number | undefined {
  const most = Math.max(0, ...values);
  return most ? values.indexOf(most) : undefined;
}

/** The busiest slots by the number of schedules that are due at once, most first. */
export function busiest(slots: readonly Slot[], number: number): Slot[] {
  return slots
    .filter(({ collisions }) => collisions > 1)
    .sort((a, b) => b.collisions - a.collisions || b.count - a.count)
    .slice(0, number);
}

/** A slot in words. */
export function slotText(slot: Slot): string {
  const parts = [plural(slot.count, "scheduled time")];
  if (slot.busiestMinute) {
    const minute = minuteTime(new Date(slot.busiestMinute));
    parts.push(`${plural(slot.collisions, "schedule")} due at ${minute}`);
  }
  if (slot.excludedBy.length) parts.push(`excluded by ${slot.excludedBy.join(" and ")}`);
  return `From ${localTime(new Date(slot.startsAt))}: ${parts.join(", ")}`;
}

/** The names of the calendars that exclude slots. */
export function calendarsOf(slots: readonly Slot[]): string[] {
  return [...new Set(slots.flatMap(({ excludedBy }) => excludedBy))].sort();
}

export type Mark = { text: string; position: number };

/** The labels of the axis, on the viewer's clock: each third hour of a day, or the days of a week. */
export function marksOf(slots: readonly Slot[], slotMinutes: number): Mark[] {
  const isDay = slots.length * slotMinutes <= DAY_HOURS * 60;
  return slots
    .map(({ startsAt }, index) => ({
      at: new Date(startsAt),
      position: (100 * index) / slots.length,
    }))
    .filter(({ at }) => at.getMinutes() < slotMinutes)
    .filter(({ at }) => (isDay ? at.getHours() % MARK_HOURS === 0 : at.getHours() === 0))
    .filter(({ position }) => position <= LABEL_POSITION_MAX)
    .map(({ at, position }) => ({ text: isDay ? minuteTime(at) : weekday.format(at), position }));
}
