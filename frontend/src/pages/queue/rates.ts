/** Milliseconds until a queue is empty if it goes on as lately; null if nothing of it ended. */
export function timeToEmpty(pending: number, perSecond: number): number | null {
  if (!pending) return 0;
  return perSecond > 0 ? (pending / perSecond) * 1_000 : null;
}
