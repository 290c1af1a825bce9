/** A chart of a few series over time. It is described in words, and its values are in a table. */

import { type ReactNode, useState } from "react";
import { Panel } from "../panel";
import { Table } from "../table/table";
import { Time } from "../time";
import "./chart.css";
import { Plot, type PlotProps } from "./plot";
import { isEmpty, textOf } from "./series";

type ChartProps = PlotProps & { aside?: ReactNode };

export function Chart(props: ChartProps) {
  const [isTable, setIsTable] = useState(false);
  return (
    <Panel
      title={props.title}
      className="chart"
      aside={
        <div className="actions">
          {props.aside}
          <button type="button" aria-pressed={isTable} onClick={() => setIsTable(!isTable)}>
            Table
          </button>
        </div>
      }
    >
      <p className="legend">
        {props.series.map(({ name, color }) => (
          <span key={name}>
            <i style={{ background: `var(${color})` }} /> {name}
          </span>
        ))}
        <span className="summary">{props.summary}</span>
      </p>
      <div className="chart-body">
        {isTable ? <Values {...props} /> : <Plot {...props} />}
        {!isTable && isEmpty(props.series) && <p className="no-data">No data in this time range</p>}
      </div>
    </Panel>
  );
}

function Values({ title, times, series, unit }: PlotProps) {
  const rows = times.map((time, index) => ({ time, index })).reverse();
  return (
    <section className="chart-values" tabIndex={-1} aria-label={`Values of ${title}`}>
      <Table
        caption={title}
        minWidth={0}
        rows={rows}
        rowKey={({ time }) => time}
        columns={[
          {
            header: "From",
            role: "title",
            cell: ({ time }) => <Time at={new Date(time * 1_000)} />,
          },
          ...series.map(({ name, values }) => ({
            header: name,
            align: "end" as const,
            cell: ({ index }: { index: number }) => textOf(values[index], unit),
          })),
        ]}
      />
    </section>
  );
}
