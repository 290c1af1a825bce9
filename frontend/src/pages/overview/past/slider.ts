/** The times of the slider: from the start of the range in the URL to its end. */

import type { TimeRange } from "../../../lib/time/time-range";

const SECOND_MS = 1_000;

export type Span = {
  /** Milliseconds since 1970. */
  start: number;
  end: number;
};

/** The span of a range, whose end is not after now. */
export function spanOf({ input }: TimeRange, now: number): Span {
  const [start, end] =
    "between" in input
      ? [Date.parse(input.between.since), Math.min(Date.parse(input.between.until), now)]
      : [now - input.lastSeconds * SECOND_MS, now];
  return { start, end };
}

/** The time in a URL, within a span: undefined if the URL has none. */
export function timeOf(text: string | null, { start, end }: Span): number | undefined {
  const time = Date.parse(text ?? "");
  return Number.isNaN(time) ? undefined : Math.min(Math.max(time, start), end);
}
