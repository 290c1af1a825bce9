/** The range of time that charts show. It is a part of the URL, so that all pages share it. */

import { localTime, minuteTime } from "../format";
import type { Params } from "../routing/router";

type Input = { lastSeconds: number } | { between: { since: string; until: string } };

export type TimeRange = {
  /** The name of a range that ends now; undefined for one with a fixed start and end. */
  name?: string;
  input: Input;
  /** How often the charts change. */
  intervalMs: number;
};

/** Names, as in the URL and on screen, and lengths in seconds. */
export const RANGES = [
  ["15m", "15 min", 900],
  ["1h", "1 h", 3_600],
  ["6h", "6 h", 21_600],
  ["24h", "24 h", 86_400],
  ["7d", "7 d", 604_800],
  ["30d", "30 d", 2_592_000],
] as const;

/** Up to this span, labels of an axis have seconds. */
const SECONDS_SPAN = 300;

const DEFAULT = RANGES[0];
/** Longer ranges have periods of a minute or more. */
const SHORT_SECONDS = 3_600;
const SHORT_INTERVAL_MS = 1_000;
const LONG_INTERVAL_MS = 10_000;
const FIXED_INTERVAL_MS = 60_000;

/** The range that a URL asks for: the default one if it asks for none that is valid. */
export function rangeOf(params: URLSearchParams): TimeRange {
  const [since, until] = ["from", "until"].map((name) => Date.parse(params.get(name) ?? ""));
  if (since !== undefined && until !== undefined && since < until)
    return {
      input: { between: { since: new Date(since).toISOString(), until: isoTime(until) } },
      intervalMs: FIXED_INTERVAL_MS,
    };
  const [name, , lastSeconds] = RANGES.find(([name]) => name === params.get("range")) ?? DEFAULT;
  const intervalMs = lastSeconds <= SHORT_SECONDS ? SHORT_INTERVAL_MS : LONG_INTERVAL_MS;
  return { name, input: { lastSeconds }, intervalMs };
}

/** The parameters of a range that ends now. */
export function paramsOfName(name: string): Params {
  return { range: name === DEFAULT[0] ? "" : name, from: "", until: "" };
}

/** The parameters of a range with a fixed start and end, in milliseconds since 1970. */
export function paramsOfTimes(since: number, until: number): Params {
  return { range: "", from: isoTime(since), until: isoTime(until) };
}

/** A range with a fixed start and end, as text. */
export function rangeText({ input }: TimeRange, now = new Date()): string {
  if (!("between" in input)) return "";
  const [since, until] = [new Date(input.between.since), new Date(input.between.until)];
  const isOneDay = since.toDateString() === until.toDateString();
  return `${localTime(since, now)} to ${isOneDay ? localTime(until, until) : localTime(until, now)}`;
}

/** The label of a time on an axis: with seconds if it spans minutes, with the day if it spans days. */
export function axisTime(at: Date, spanSeconds: number): string {
  if (spanSeconds <= SECONDS_SPAN) return localTime(at, at);
  if (spanSeconds <= 86_400) return minuteTime(at);
  const day = at.toLocaleDateString(undefined, { day: "numeric", month: "short" });
  return at.getHours() || at.getMinutes() ? `${day} ${minuteTime(at)}` : day;
}

function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}
