/** Arranges the runs on a node as bars in lanes, one lane for each slot. */

export type TimedRun = {
  slots: number;
  startedAt: string | null;
  finishedAt: string | null;
};
/** Times are in milliseconds since 1970. A bar covers `slots` lanes from `lane` on. */
export type Bar<T> = { run: T; lane: number; slots: number; from: number; to: number };

/**
 * @param since bars that ended before are left out, and others cut there.
 * @returns the bars by their start, each in the first lanes that are free.
 */
export function barsOf<T extends TimedRun>(
  runs: readonly T[],
  slots: number,
  since: number,
  now: number,
): Bar<T>[] {
  const freeFrom: number[] = Array(slots).fill(0);
  return runs
    .filter(({ startedAt }) => startedAt !== null)
    .map((run) => ({
      run,
      start: Date.parse(run.startedAt ?? ""),
      to: run.finishedAt ? Date.parse(run.finishedAt) : now,
    }))
    .filter(({ to }) => to >= since)
    .sort((one, other) => one.start - other.start)
    .map(({ run, start, to }) => {
      const size = Math.min(run.slots, slots);
      const lane = firstFree(freeFrom, size, start);
      freeFrom.fill(to, lane, lane + size);
      return { run, lane, slots: size, from: Math.max(start, since), to };
    });
}

/** The first of `size` adjacent lanes that are free, or else those that are free soonest. */
function firstFree(freeFrom: readonly number[], size: number, start: number): number {
  let best = 0;
  let bestTime = Number.POSITIVE_INFINITY;
  for (let lane = 0; lane + size <= freeFrom.length; lane += 1) {
    const time = Math.max(...freeFrom.slice(lane, lane + size));
    if (time <= start) return lane;
    if (time < bestTime) [best, bestTime] = [lane, time];
  }
  return best;
}
