/** Rates that the API gives as numbers of events. */

type Bucket = { at: string; stats: { failed: number } };

/** The failures of each bucket per second. The last bucket has lasted only until now. */
export function failuresPerSecond(buckets: readonly Bucket[], now = Date.now()): number[] {
  return buckets.map(({ at, stats }, index) => {
    const start = Date.parse(at);
    const next = buckets[index + 1];
    const seconds = ((next ? Date.parse(next.at) : now) - start) / 1_000;
    return stats.failed / Math.max(1, seconds);
  });
}
