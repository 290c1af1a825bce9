/** The rows of the list while it is held: the same tasks in the same order, in their present state. */

import { useMemo } from "react";
import { useLiveQuery } from "../../lib/api/live";
import { useFrozen } from "../../lib/hold";
import { countNew, withPresentState } from "./list";
import { type TaskRow, TasksById } from "./query";

const NONE: readonly TaskRow[] = [];

export type HeldRows = {
  rows: readonly TaskRow[];
  /** How many tasks would be new in the list. */
  newCount: number;
  /** Show the newest list in spite of the hold. */
  refresh: () => void;
};

/**
 * @param newest undefined while it is not known.
 * @param options.key names the list: another list ends the hold.
 */
export function useHeldRows(
  newest: readonly TaskRow[] | undefined,
  options: { key: string; isHeld: boolean; pageSize: number; withReason: boolean },
): HeldRows {
  const { key, isHeld, pageSize, withReason } = options;
  const [shown = NONE, refresh] = useFrozen(newest, isHeld, key);
  const ids = useMemo(() => shown.map(({ id }) => id), [shown]);
  const { data } = useLiveQuery(
    TasksById,
    { ids, first: pageSize, withReason },
    (event) => event.taskCount > 0,
    { isActive: isHeld && ids.length > 0 },
  );
  if (!isHeld || !newest) return { rows: shown, newCount: 0, refresh };
  return {
    rows: withPresentState(shown, data?.tasks.nodes ?? []),
    newCount: countNew(shown, newest),
    refresh,
  };
}
