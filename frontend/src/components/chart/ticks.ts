/** Round values for the axes of charts. */

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Steps that read as round on a clock; below a second and above a day decimal steps do. */
const CLOCK_STEPS = [
  ...[1, 2, 5, 10, 15, 30].map((number) => number * SECOND),
  ...[1, 2, 5, 10, 15, 30].map((number) => number * MINUTE),
  ...[1, 2, 3, 6, 12].map((number) => number * HOUR),
  DAY,
];

export type Unit = "duration" | "rate" | "count";

/**
 * The ticks of an axis from 0, the last of which is not less than the largest value.
 *
 * @param max the largest value; durations are in milliseconds.
 * @param number about how many steps fit.
 */
export function ticks(max: number, unit: Unit, number = 4): number[] {
  const top = max > 0 && Number.isFinite(max) ? max : 1;
  const step = stepOf(top / number, unit);
  const steps = Math.max(1, Math.ceil(top / step - 1e-9));
  return Array.from({ length: steps + 1 }, (_, index) => round(index * step));
}

function stepOf(least: number, unit: Unit): number {
  if (unit === "rate") return decimalStep(least);
  // Neither a part of an item nor a part of a millisecond is worth a tick.
  if (unit === "count" || least <= 500) return Math.max(1, decimalStep(least));
  if (least > DAY) return decimalStep(least / DAY) * DAY;
  return CLOCK_STEPS.find((step) => step >= least) ?? DAY;
}

/** The least of 1, 2 and 5 times a power of ten that is not less. */
function decimalStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  const factor = [1, 2, 5].find((each) => each * power >= least * (1 - 1e-9)) ?? 10;
  return round(factor * power);
}

/** Without the digits that binary fractions add: 0.3, not 0.30000000000000004. */
function round(value: number): number {
  return Number(value.toPrecision(12));
}
