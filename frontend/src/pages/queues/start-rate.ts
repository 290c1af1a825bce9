/** The start rate of a queue: in words, and as a form reads it. */

import { count, plural } from "../../lib/format";
import type { FormReader } from "../../lib/validation";

export type StartRate = { count: number; perSeconds: number; burst: number };

export const COUNT = { min: 1, max: 1_000_000 };
export const PER_SECONDS = { min: 1, max: 86_400 };

export function startRateText(rate: StartRate | null): string {
  if (!rate) return "none";
  const period = rate.perSeconds === 1 ? "second" : plural(rate.perSeconds, "second");
  const burst = rate.burst === rate.count ? "" : `, burst ${count(rate.burst)}`;
  return `${count(rate.count)} per ${period}${burst}`;
}

/** What the fields ask for; null if they are empty. */
export function readStartRate(reader: FormReader) {
  const burst = reader.optionalInteger("burst", "Burst", COUNT);
  const number = reader.optionalInteger("count", "Max starts", COUNT);
  const perSeconds = reader.integer("perSeconds", "Period", PER_SECONDS);
  if (number != null) return { count: number, perSeconds, burst };
  if (burst != null) reader.refuse("count", "A burst requires a number of starts.");
  return null;
}
