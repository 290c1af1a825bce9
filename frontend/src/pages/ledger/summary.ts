/** What the page says about the checks in words, and where the objects of violations are shown. */

import { plural } from "../../lib/format";
import type { Invariant } from "./query";

export function summaryOf(invariants: readonly Pick<Invariant, "holds">[]): string {
  const violated = invariants.filter(({ holds }) => !holds).length;
  if (!violated) return `All ${plural(invariants.length, "invariant")} hold.`;
  return `${violated} of ${plural(invariants.length, "invariant")} ${violated === 1 ? "is" : "are"} violated.`;
}

/** The path of an object's page; undefined if it has none. */
export function pathOf(subject: Invariant["subject"], key: string): string | undefined {
  const part = encodeURIComponent(key);
  switch (subject) {
    case "TASK":
      return `/app/tasks/${part}`;
    case "TASK_SCHEDULE":
      return `/app/schedules/${part}`;
    case "WORKER_NODE":
      return `/app/nodes/${part}`;
    case "QUEUE":
      return `/app/queues/${part}`;
    case "STATUS":
      return undefined;
  }
}
