/** The columns of the list of tasks: those that fit what it lists, or those that were chosen. Pure. */

import type { TaskColumn } from "../../../lib/api/schema";
import type { View } from "../search/search";

/** The columns that can be left out, in their order. */
export const COLUMN_LABELS: Record<TaskColumn, string> = {
  REASON: "Reason",
  QUEUE: "Queue",
  PRIORITY: "Priority",
  NODE: "Node",
  QUEUE_TIME: "Queue time",
  DURATION: "Duration",
  CREATED: "Created",
  FINISHED: "Finished",
};

export const OPTIONAL = Object.keys(COLUMN_LABELS) as TaskColumn[];

export type Choices = Partial<Record<View, readonly TaskColumn[]>>;

const DEFAULTS: Record<View, readonly TaskColumn[]> = {
  all: ["QUEUE", "PRIORITY", "NODE", "QUEUE_TIME", "DURATION", "CREATED"],
  pending: ["REASON", "QUEUE", "PRIORITY", "CREATED"],
  failed: ["REASON", "QUEUE", "NODE", "FINISHED"],
};

export function columnsOf(chosen: Choices, view: View): readonly TaskColumn[] {
  return chosen[view] ?? DEFAULTS[view];
}

/** The columns with one more or less, in their order. */
export function toggled(columns: readonly TaskColumn[], column: TaskColumn): TaskColumn[] {
  return OPTIONAL.filter((name) => columns.includes(name) !== (name === column));
}

const NONE = "none";

/** The columns in the parameter `columns` of a URL; null if it has none. */
export function columnsOfParam(text: string | null): TaskColumn[] | null {
  if (text === null) return null;
  const names = text.toUpperCase().split(",");
  const known = OPTIONAL.filter((name) => names.includes(name));
  return known.length || text === NONE ? known : null;
}

/** The columns as the parameter of a URL; undefined for none chosen. */
export function columnsParam(columns: readonly TaskColumn[] | null): string | undefined {
  if (columns === null) return undefined;
  return columns.length ? columns.join(",").toLowerCase() : NONE;
}

/** The stored choices. Unknown columns, from another version or another program, are left out. */
export function parsed(text: string | null): Choices {
  try {
    const stored: unknown = JSON.parse(text ?? "{}");
    if (typeof stored !== "object" || stored === null) return {};
    return Object.fromEntries(
      Object.entries(stored).flatMap(([view, columns]) =>
        view in DEFAULTS && Array.isArray(columns)
          ? [[view, OPTIONAL.filter((name) => columns.includes(name))]]
          : [],
      ),
    );
  } catch {
    return {};
  }
}
