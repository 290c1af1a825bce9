/** The columns that the viewer has chosen, in the browser's storage. */

import { createStore, useStore } from "../../lib/store";
import { columnsOf, type OptionalColumn, parsed, toggled } from "./columns";
import type { View } from "./search";

const KEY = "task-columns";

const choices = createStore(parsed(localStorage.getItem(KEY)));

/** The columns of a view. */
export function useColumns(view: View): readonly OptionalColumn[] {
  return columnsOf(useStore(choices), view);
}

/** Show a column in a view, or leave it out. */
export function toggleColumn(view: View, column: OptionalColumn) {
  const chosen = { ...choices.get(), [view]: toggled(columnsOf(choices.get(), view), column) };
  localStorage.setItem(KEY, JSON.stringify(chosen));
  choices.set(chosen);
}
