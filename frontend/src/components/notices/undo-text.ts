/** What notices say about cancellations and about taking them back. Pure. */

import type { UserError } from "../../lib/api/schema";
import { count, plural } from "../../lib/format";

/** What a cancellation did, and what cannot be taken back. */
export function cancelledText(done: { count: number; pendingCount: number }): string {
  const { pendingCount } = done;
  const running = done.count - pendingCount;
  if (!running) return `${plural(pendingCount, "task")} cancelled.`;
  const asked = `${plural(running, "running task")} asked to stop.`;
  if (!pendingCount) return asked;
  return `${plural(pendingCount, "task")} cancelled. ${asked} Undo does not restore running tasks.`;
}

export function restoredText(restored: number, cancelled: number): string {
  if (restored === cancelled) return `${plural(restored, "task")} restored.`;
  const all = plural(cancelled, "task");
  return `${count(restored)} of ${all} restored. The others have changed since.`;
}

/** The errors of an undo that takes several requests, with what those before restored. */
export function partlyRestored(errors: UserError[], restored: number, cancelled: number) {
  if (!restored) return errors;
  const before = `${count(restored)} of ${plural(cancelled, "task")} restored.`;
  return errors.map((error) => ({ ...error, message: `${before} ${error.message}` }));
}
