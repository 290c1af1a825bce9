/**
 * A table whose columns have fixed widths, so that new values do not move their neighbors.
 *
 * Where it does not fit, each row becomes a block of names and values.
 */

import { type ReactNode, useRef } from "react";
import "./table.css";
import { useIsNarrower } from "./width";

export type Column<Row> = {
  header: string;
  cell: (row: Row) => ReactNode;
  /** A CSS width. Columns without one share what is left. */
  width?: string;
  align?: "end";
  /** In a block it gets twice the width of others. */
  isLong?: boolean;
  /** "title" names the row; "actions" and "select" stand at its edges and have no visible header. */
  role?: "title" | "actions" | "select";
  /** The direction in which the rows are sorted by it, and what its header does when clicked. */
  sort?: { direction?: "ascending" | "descending"; toNext: () => void };
  /** Rendered in place of the header's text. */
  head?: ReactNode;
};

type TableProps<Row> = {
  caption: string;
  columns: (Column<Row> | false)[];
  rows: readonly Row[];
  rowKey: (row: Row, index: number) => string | number;
  rowClass?: (row: Row) => string | undefined;
  /** In less than this width, in pixels, rows become blocks. */
  minWidth: number;
  /** Rows keep their height: long texts are cut, with the whole text in the tooltip. */
  isSingleLine?: boolean;
};

export function Table<Row>(props: TableProps<Row>) {
  const columns = props.columns.filter((column) => column !== false);
  const frame = useRef<HTMLDivElement>(null);
  const isStacked = useIsNarrower(frame, props.minWidth);
  const layout = [isStacked && "stacked", props.isSingleLine && "single-line"];
  // The roles are explicit because some browsers drop those of a table that is laid out otherwise.
  return (
    <div className="table-frame" ref={frame}>
      <table className={layout.filter(Boolean).join(" ")} role="table">
        <caption className="sr-only">{props.caption}</caption>
        <colgroup>
          {columns.map(({ header, width }) => (
            <col key={header} style={{ width }} />
          ))}
        </colgroup>
        <thead role="rowgroup">
          <tr role="row">
            {columns.map((column) => (
              <th
                key={column.header}
                scope="col"
                role="columnheader"
                aria-sort={column.sort?.direction}
                className={classOf(column)}
              >
                <Header {...column} />
              </th>
            ))}
          </tr>
        </thead>
        <tbody role="rowgroup">
          {props.rows.map((row, index) => (
            <tr key={props.rowKey(row, index)} role="row" className={props.rowClass?.(row)}>
              {columns.map((column) => (
                <Cell key={column.header} column={column} row={row} />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Header<Row>({ head, header, role, sort }: Column<Row>) {
  if (head) return head;
  if (role === "actions" || role === "select") return <span className="sr-only">{header}</span>;
  if (!sort) return header;
  return (
    <button type="button" className="sort" onClick={sort.toNext}>
      {header}
      {sort.direction && (
        <span aria-hidden="true">{sort.direction === "ascending" ? "↑" : "↓"}</span>
      )}
    </button>
  );
}

function Cell<Row>({ column, row }: { column: Column<Row>; row: Row }) {
  const content = column.cell(row);
  const attributes = {
    className: classOf(column),
    title: typeof content === "string" ? content : undefined,
    "data-label": column.role ? undefined : column.header,
  };
  if (column.role === "title")
    return (
      <th scope="row" role="rowheader" {...attributes}>
        {content}
      </th>
    );
  return (
    <td role="cell" {...attributes}>
      {content}
    </td>
  );
}

function classOf<Row>({ align, role, isLong }: Column<Row>): string | undefined {
  const classes = [align === "end" && "number", role && `cell-${role}`, isLong && "cell-long"];
  return classes.filter(Boolean).join(" ") || undefined;
}
