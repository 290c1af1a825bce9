/** The object that a scoped token is limited to. */

import { shortId, words } from "../../lib/format";

type Scope = { kind: string; key: string };

/** The kinds of scopes: their labels in the form, and the input of the mutation. */
export const SCOPES = {
  QUEUE: {
    option: "One queue with its tasks",
    label: "Name of the queue",
    input: (queue: string) => ({ queue }),
  },
  SCHEDULE: {
    option: "One schedule with its tasks",
    label: "ID of the schedule",
    input: (scheduleId: string) => ({ scheduleId }),
  },
  TASK: {
    option: "One task",
    label: "ID of the task",
    input: (taskId: string) => ({ taskId }),
  },
};

export type ScopeKind = keyof typeof SCOPES;

/** The scope in a table: the kind, and the name or the last digits of the ID. */
export function scopeInWords(scope: Scope | null): string {
  if (!scope) return "Everything";
  const key = scope.kind === "QUEUE" ? scope.key : shortId(scope.key);
  return `${words(scope.kind)} ${key}`;
}
