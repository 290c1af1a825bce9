/** The columns that are shown: those in the URL, or else those that were chosen in this browser. */

import type { TaskColumn } from "../../../lib/api/schema";
import { navigate, useParams, withParams } from "../../../lib/routing/router";
import { createStore, useStore } from "../../../lib/store";
import type { View } from "../search/search";
import { columnsOf, columnsOfParam, columnsParam, parsed, toggled } from "./columns";

const KEY = "task-columns";

const choices = createStore(parsed(localStorage.getItem(KEY)));

/** The columns of a view. */
export function useColumns(view: View): readonly TaskColumn[] {
  const chosen = useChosenColumns(view);
  return chosen ?? columnsOf({}, view);
}

/** The columns of a view that were chosen; null for those that fit it. */
export function useChosenColumns(view: View): readonly TaskColumn[] | null {
  const stored = useStore(choices)[view] ?? null;
  return columnsOfParam(useParams().get("columns")) ?? stored;
}

/** Show a column in a view, or leave it out. */
export function toggleColumn(view: View, column: TaskColumn) {
  const inUrl = columnsOfParam(new URLSearchParams(location.search).get("columns"));
  if (inUrl) {
    const columns = columnsParam(toggled(inUrl, column));
    navigate(withParams({ columns }), { replace: true });
    return;
  }
  const chosen = { ...choices.get(), [view]: toggled(columnsOf(choices.get(), view), column) };
  localStorage.setItem(KEY, JSON.stringify(chosen));
  choices.set(chosen);
}
