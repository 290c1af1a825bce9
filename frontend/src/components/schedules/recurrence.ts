/** Recurrences in words. */

import { duration } from "../../lib/format";

/** When a schedule starts runs, to stand after the name of its task: "every 5 min". */
export function recurrenceText(recurrence: { interval: number | null; text: string }): string {
  const { interval, text } = recurrence;
  if (interval !== null) return `every ${duration(interval * 1_000)}`;
  return text.charAt(0).toLowerCase() + text.slice(1);
}
