/** What the page knows of a search before the server has parsed it, and of one that is not valid. */

import type { CombinedError } from "urql";
import type { ClusterEvent } from "../../../lib/api/events";
import { valuesOf } from "../../../lib/search-text";

/** Whether an event may concern a task that the search matches, or matched before. */
export function isAffected(event: ClusterEvent, text: string): boolean {
  if (!event.taskCount) return false;
  const queues = valuesOf(text, "queue");
  if (queues.length && event.queue && !queues.includes(event.queue)) return false;
  const statuses = valuesOf(text, "status").map((status) => status.toUpperCase());
  if (!statuses.length) return true;
  return [event.status, event.previousStatus].some((each) => each && statuses.includes(each));
}

export type View = "all" | "pending" | "failed";

/** The view for a search: tasks of one status have columns of their own. */
export function viewOf(text: string): View {
  const statuses = valuesOf(text, "status").map((status) => status.toLowerCase());
  if (statuses.length !== 1) return "all";
  if (statuses[0] === "pending") return "pending";
  return statuses[0] === "failed" ? "failed" : "all";
}

/** Why the server refused a search, and the positions of what is not valid. */
export type SearchProblem = { message: string; start: number; end: number };

export function problemOf(error: CombinedError | undefined): SearchProblem | undefined {
  for (const { message, extensions } of error?.graphQLErrors ?? []) {
    const place = extensions.search as { start: number; end: number } | undefined;
    if (place) return { message, ...place };
  }
}

/** An index of a string as the number of code points, by which the server counts. */
export function toCodePoints(text: string, index: number): number {
  return [...text.slice(0, index)].length;
}

/** A number of code points as an index of a string. */
export function fromCodePoints(text: string, count: number): number {
  return [...text].slice(0, count).join("").length;
}
