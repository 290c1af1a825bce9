/** The durations of the tasks that a page of the list shows. */

type Row = { status: string; runTimeMs: number | null };

export type Bar = { ms: number; isFailed: boolean };

/** The tasks that have a duration, in the order of the list. */
export function barsOf(rows: readonly Row[]): Bar[] {
  return rows.flatMap(({ status, runTimeMs: ms }) =>
    ms === null ? [] : [{ ms, isFailed: status === "FAILED" }],
  );
}

/** The median of numbers; the lower one of two. There is at least one number. */
export function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? Number.NaN;
}
