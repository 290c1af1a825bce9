/** The columns of the list of tasks: those that fit what it lists, or those that were chosen. Pure. */

import type { View } from "./search";

/** The columns that can be left out, in their order. */
export const OPTIONAL = [
  ["reason", "Reason"],
  ["queue", "Queue"],
  ["priority", "Priority"],
  ["node", "Node"],
  ["queueTime", "Queue time"],
  ["duration", "Duration"],
  ["created", "Created"],
  ["finished", "Finished"],
] as const;

export type OptionalColumn = (typeof OPTIONAL)[number][0];
export type Choices = Partial<Record<View, readonly OptionalColumn[]>>;

const DEFAULTS: Record<View, readonly OptionalColumn[]> = {
  all: ["queue", "priority", "node", "queueTime", "duration", "created"],
  pending: ["reason", "queue", "priority", "created"],
  failed: ["reason", "queue", "node", "finished"],
};

export function columnsOf(chosen: Choices, view: View): readonly OptionalColumn[] {
  return chosen[view] ?? DEFAULTS[view];
}

/** The columns with one more or less, in their order. */
export function toggled(
  columns: readonly OptionalColumn[],
  column: OptionalColumn,
): OptionalColumn[] {
  return OPTIONAL.map(([name]) => name).filter(
    (name) => columns.includes(name) !== (name === column),
  );
}

/** The stored choices. What another version has stored, or someone else, is left out. */
export function parsed(text: string | null): Choices {
  try {
    const stored: unknown = JSON.parse(text ?? "{}");
    if (typeof stored !== "object" || stored === null) return {};
    const known = OPTIONAL.map(([name]) => name);
    return Object.fromEntries(
      Object.entries(stored).flatMap(([view, columns]) =>
        view in DEFAULTS && Array.isArray(columns)
          ? [[view, known.filter((name) => columns.includes(name))]]
          : [],
      ),
    );
  } catch {
    return {};
  }
}
