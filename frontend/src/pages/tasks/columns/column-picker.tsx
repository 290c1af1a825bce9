/** Chooses the columns of the list. */

import type { View } from "../search/search";
import { toggleColumn, useColumns } from "./column-choices";
import { COLUMN_LABELS, OPTIONAL } from "./columns";

export function ColumnPicker({ view }: { view: View }) {
  const columns = useColumns(view);
  return (
    <details className="column-picker">
      <summary>Columns</summary>
      <fieldset>
        <legend className="sr-only">Columns</legend>
        {OPTIONAL.map((column) => (
          <label key={column}>
            <input
              type="checkbox"
              checked={columns.includes(column)}
              onChange={() => toggleColumn(view, column)}
            />{" "}
            {COLUMN_LABELS[column]}
          </label>
        ))}
      </fieldset>
    </details>
  );
}
