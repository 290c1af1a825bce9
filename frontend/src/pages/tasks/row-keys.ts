/** The list with the keyboard: j and k move the focus from task to task, x selects, Enter opens. */

import { type RefObject, useEffect, useRef } from "react";
import { isTyping } from "../../lib/keys";
import type { Selection } from "./selection";

/**
 * @param rows the tasks in the order of the list.
 * @returns the reference for the element that contains the list.
 */
export function useRowKeys(
  rows: readonly { id: string }[],
  selection: Selection,
): RefObject<HTMLDivElement | null> {
  const list = useRef<HTMLDivElement>(null);
  const latest = useRef({ rows, selection });
  latest.current = { rows, selection };
  useEffect(() => {
    function press(event: KeyboardEvent) {
      if (!list.current || isTyping(event)) return;
      const elements = [...list.current.querySelectorAll("tbody tr")];
      const at = elements.findIndex((element) => element.contains(document.activeElement));
      const key = event.key.toLowerCase();
      if (key === "j") focusRow(elements[Math.min(at + 1, elements.length - 1)]);
      else if (key === "k") focusRow(elements[Math.max(at - 1, 0)]);
      else if (key === "x") select(at, event.shiftKey);
    }
    function select(at: number, isRange: boolean) {
      const ids = latest.current.rows.map(({ id }) => id);
      const id = ids[at];
      if (id !== undefined) latest.current.selection.toggle(ids, id, isRange);
    }
    window.addEventListener("keydown", press);
    return () => window.removeEventListener("keydown", press);
  }, []);
  return list;
}

/** Focus the link of a row, which Enter opens. */
function focusRow(row: Element | undefined) {
  row?.querySelector<HTMLElement>("a.id")?.focus();
}
