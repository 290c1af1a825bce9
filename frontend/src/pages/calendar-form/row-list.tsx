/** A list of rows of fields to which the user can add, and from which the user can remove. */

import { type ReactNode, useState } from "react";
import { flushSync } from "react-dom";
import { announceFields } from "../../components/form/form";
import { Icon } from "../../components/icon";
import "./row-list.css";

type Row<Value> = { key: number; value: Value };

export function RowList<Value>(props: {
  title: string;
  hint: string;
  addLabel: string;
  initial: readonly Value[];
  /** The values of a row that the user adds. */
  added: Value;
  row: (value: Value, index: number) => ReactNode;
}) {
  const { title } = props;
  const [rows, setRows] = useState<Row<Value>[]>(() =>
    props.initial.map((value, key) => ({ key, value })),
  );

  function change(button: HTMLButtonElement, next: Row<Value>[]) {
    // A button that is removed has no form.
    const { form } = button;
    flushSync(() => setRows(next));
    announceFields(form);
    if (!button.isConnected) form?.querySelector<HTMLElement>(`[data-add="${title}"]`)?.focus();
  }

  return (
    <fieldset className="row-list">
      <legend>{title}</legend>
      {rows.length > 0 && <small className="muted">{props.hint}</small>}
      {rows.map(({ key, value }, index) => (
        <div key={key} className="entry">
          {props.row(value, index)}
          <button
            type="button"
            className="menu-button"
            aria-label={`Remove entry ${index + 1} of ${title}`}
            onClick={(event) =>
              change(
                event.currentTarget,
                rows.filter((row) => row.key !== key),
              )
            }
          >
            <Icon name="cross" />
          </button>
        </div>
      ))}
      <button
        type="button"
        className="small"
        data-add={title}
        onClick={(event) => {
          const key = Math.max(-1, ...rows.map((row) => row.key)) + 1;
          change(event.currentTarget, [...rows, { key, value: props.added }]);
        }}
      >
        <Icon name="plus" /> {props.addLabel}
      </button>
    </fieldset>
  );
}
