/** Selected tasks, by ID: a selection survives that its tasks leave the list. */

import { useRef, useState } from "react";

/**
 * The selection after a click on the checkbox of a row.
 *
 * @param ids the IDs of all rows, in order.
 * @param anchor the ID of the row that was clicked before; null for a click without Shift.
 */
export function toggle(
  selected: ReadonlySet<string>,
  ids: readonly string[],
  id: string,
  anchor: string | null,
): Set<string> {
  const isOn = !selected.has(id);
  const next = new Set(selected);
  for (const each of rangeOf(ids, id, anchor)) {
    if (isOn) next.add(each);
    else next.delete(each);
  }
  return next;
}

function rangeOf(ids: readonly string[], id: string, anchor: string | null): readonly string[] {
  const ends = [ids.indexOf(id), anchor === null ? -1 : ids.indexOf(anchor)];
  if (ends.includes(-1)) return [id];
  return ids.slice(Math.min(...ends), Math.max(...ends) + 1);
}

export type Selection = {
  ids: ReadonlySet<string>;
  toggle: (ids: readonly string[], id: string, isRange: boolean) => void;
  /** Select all of these, or none of them if all are selected already. */
  toggleAll: (ids: readonly string[]) => void;
  clear: () => void;
};

export function useSelection(): Selection {
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const anchor = useRef<string>(null);
  return {
    ids: selected,
    toggle(ids, id, isRange) {
      const from = isRange ? anchor.current : null;
      setSelected((before) => toggle(before, ids, id, from));
      anchor.current = id;
    },
    toggleAll(ids) {
      setSelected((before) => {
        const next = new Set(before);
        const areAll = ids.every((id) => before.has(id));
        for (const id of ids) {
          if (areAll) next.delete(id);
          else next.add(id);
        }
        return next;
      });
    },
    clear: () => setSelected(new Set()),
  };
}
