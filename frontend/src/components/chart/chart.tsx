/** A chart of a few series over time. It is described in words, and its values are in a table. */

import { useState } from "react";
import { Link } from "../../lib/routing/router";
import { Panel } from "../page/panel";
import { Table } from "../table/table";
import { Time } from "../time";
import "./chart.css";
import { Plot, type PlotProps } from "./plot";
import { isEmpty, textOf } from "./series";

export function Chart(props: PlotProps) {
  const [isTable, setIsTable] = useState(false);
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const series = props.series.filter(({ name }) => !hidden.has(name));
  return (
    <Panel
      title={props.title}
      className="chart"
      aside={
        <button type="button" aria-pressed={isTable} onClick={() => setIsTable(!isTable)}>
          Table
        </button>
      }
    >
      <div className="legend">
        {props.series.map(({ name, color }) => (
          <button
            key={name}
            type="button"
            aria-pressed={!hidden.has(name)}
            onClick={() => setHidden(toggled(hidden, name))}
          >
            <i style={{ background: `var(${color})` }} /> {name}
          </button>
        ))}
        <span className="summary">{props.summary}</span>
      </div>
      <div className="chart-body">
        {isTable ? <Values {...props} /> : <Plot {...props} series={series} />}
        {!isTable && isEmpty(series) && <p className="no-data">No data in this time range</p>}
      </div>
    </Panel>
  );
}

function toggled(names: ReadonlySet<string>, name: string): ReadonlySet<string> {
  const changed = new Set(names);
  if (!changed.delete(name)) changed.add(name);
  return changed;
}

function Values({ title, times, series, unit, periodUrl }: PlotProps) {
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
            cell: ({ time }) => {
              const start = <Time at={new Date(time * 1_000)} />;
              return periodUrl ? <Link href={periodUrl(time)}>{start}</Link> : start;
            },
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
