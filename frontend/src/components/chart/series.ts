/** The data of a chart, and its values as text. */

import { count, duration, rate } from "../../lib/format";
import type { Unit } from "./ticks";

export type Series = {
  name: string;
  /** A custom property of the style sheet, such as "--success". */
  color: string;
  /** A value for each time; null where there is none. */
  values: readonly (number | null)[];
  isArea?: boolean;
};

/** Something that happened at a time, in seconds since 1970. */
export type Mark = { time: number; text: string };

/** Each series with those below it added, so that areas stand on each other. The first is lowest. */
export function stacked(series: readonly Series[]): Series[] {
  const sums: (number | null)[] = [];
  return series.map((each) => ({
    ...each,
    values: each.values.map((value, index) => {
      const below = sums[index] ?? null;
      sums[index] = value === null && below === null ? null : (below ?? 0) + (value ?? 0);
      return sums[index];
    }),
  }));
}

/** The indexes of values without a neighbor: no line leads to them, so each is drawn as a point. */
export function isolated(values: readonly (number | null | undefined)[]): number[] {
  return values.flatMap((value, index) => {
    const isAlone = values[index - 1] == null && values[index + 1] == null;
    return value != null && isAlone ? [index] : [];
  });
}

export function largest(series: readonly Series[]): number {
  return Math.max(0, ...series.flatMap(({ values }) => values.map((value) => value ?? 0)));
}

export function isEmpty(series: readonly Series[]): boolean {
  return series.every(({ values }) => values.every((value) => value == null));
}

export function textOf(value: number | null | undefined, unit: Unit): string {
  if (value == null) return "–";
  if (unit === "duration") return duration(value);
  return unit === "rate" ? `${rate(value)}/s` : count(value);
}

/** A round value as short as it can be said. */
export function axisLabel(value: number, unit: Unit): string {
  if (value === 0) return "0";
  if (unit === "duration" && value > 1_000 && value < 60_000) return `${value / 1_000} s`;
  return textOf(value, unit);
}
