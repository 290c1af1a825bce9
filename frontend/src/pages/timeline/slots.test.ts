import { expect, test } from "vitest";
import type { Slot } from "./query";
import { busiest, calendarsOf, highest, marksOf, slotText } from "./slots";

function slots(number: number, minutes: number): Slot[] {
  const start = new Date(2026, 10, 27, 10, 15).getTime();
  return Array.from({ length: number }, (_, index) => ({
    startsAt: new Date(start + index * minutes * 60_000).toISOString(),
    count: 0,
    busiestMinute: null,
    collisions: 0,
    excludedBy: [],
  }));
}

test("the highest value is marked once, and no value if there are only zeros", () => {
  expect(highest([1, 3, 3, 0])).toBe(1);
  expect(highest([0, 0])).toBeUndefined();
});

test("a day has a label each third hour, without one at its end", () => {
  const marks = marksOf(slots(96, 15), 15);
  expect(marks.map(({ text }) => text)).toEqual([
    "12:00",
    "15:00",
    "18:00",
    "21:00",
    "00:00",
    "03:00",
    "06:00",
  ]);
  expect(marks[0]?.position).toBeCloseTo((100 * 7) / 96);
});

test("a week has a label for each midnight", () => {
  expect(marksOf(slots(168, 60), 60).map(({ text }) => text)).toEqual([
    "Sat",
    "Sun",
    "Mon",
    "Tue",
    "Wed",
    "Thu",
  ]);
});

test("the busiest slots have several schedules at once, most first", () => {
  const [a, b, c] = slots(3, 60) as [Slot, Slot, Slot];
  const busy = [
    { ...a, collisions: 1, count: 50 },
    { ...b, collisions: 2, count: 2 },
    { ...c, collisions: 7, count: 9, busiestMinute: c.startsAt },
  ];
  expect(busiest(busy, 5).map(({ collisions }) => collisions)).toEqual([7, 2]);
  expect(busiest(busy, 1)).toHaveLength(1);
  expect(slotText(busy[2] as Slot)).toMatch(/: 9 scheduled times, 7 schedules due at 12:15$/);
});

test("a slot names the calendars that exclude it", () => {
  const [a, b] = slots(2, 60) as [Slot, Slot];
  const excluded = { ...a, excludedBy: ["holidays", "closed"] };
  expect(slotText(excluded)).toMatch(/: 0 scheduled times, excluded by holidays and closed$/);
  expect(calendarsOf([excluded, b])).toEqual(["closed", "holidays"]);
});
