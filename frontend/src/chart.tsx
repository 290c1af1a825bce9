/** A chart of a few series over time, in words for those who cannot see it, and as a table. */

import { type ReactNode, useEffect, useRef, useState } from "react";
import uPlot from "uplot";
import { minuteTime } from "./format";
import { Panel, Table, Time } from "./parts";
import { useTheme } from "./theme";

const HEIGHT = 190;

export type Series = {
  name: string;
  /** A custom property of the style sheet: "--success". */
  color: string;
  values: (number | null)[];
};

export function Chart(props: {
  title: string;
  /** In seconds since 1970. */
  times: number[];
  series: Series[];
  say: (value: number) => string;
  summary: string;
  aside?: ReactNode;
  isArea?: boolean;
}) {
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
        {props.series.map((series) => (
          <span key={series.name}>
            <i className={`line${series.color}`} /> {series.name}
          </span>
        ))}
        <span className="muted">{props.summary}</span>
      </p>
      {isTable ? <AsTable {...props} /> : <Plot {...props} />}
    </Panel>
  );
}

function Plot(props: Parameters<typeof Chart>[0]) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(null);
  const say = useRef(props.say);
  say.current = props.say;
  const theme = useTheme();
  const names = props.series.map((series) => series.name + series.color).join();

  useEffect(() => {
    const element = place.current as HTMLDivElement;
    const style = getComputedStyle(document.documentElement);
    const color = (name: string) => style.getPropertyValue(name).trim();
    const axis = {
      stroke: color("--muted"),
      font: `11px ${style.getPropertyValue("--sans")}`,
      grid: { stroke: color("--line"), width: 1 },
      ticks: { show: false },
    };
    const chart = new uPlot(
      {
        width: element.clientWidth,
        height: HEIGHT,
        cursor: { y: false, drag: { x: false, y: false } },
        legend: { show: false },
        scales: { y: { range: (_, __, max) => [0, Math.max(max, 0.001) * 1.12] } },
        axes: [
          {
            ...axis,
            space: 70,
            size: 26,
            values: (_, times) => times.map((time) => minuteTime(new Date(time * 1_000))),
          },
          {
            ...axis,
            size: 64,
            values: (_, values) => values.map((value) => (value === 0 ? "0" : say.current(value))),
          },
        ],
        series: [
          {},
          ...props.series.map(({ color: name }) => ({
            stroke: color(name),
            width: 2,
            fill: props.isArea ? `${color(name)}22` : undefined,
            points: { show: false },
            spanGaps: true,
          })),
        ],
      },
      [[], ...props.series.map(() => [])],
      element,
    );
    plot.current = chart;
    const resizing = new ResizeObserver(() =>
      chart.setSize({ width: element.clientWidth, height: HEIGHT }),
    );
    resizing.observe(element);
    return () => {
      resizing.disconnect();
      chart.destroy();
    };
  }, [theme, names, props.isArea]);

  useEffect(() => {
    plot.current?.setData([props.times, ...props.series.map(({ values }) => values)]);
  }, [props.times, props.series, theme, names]);

  return (
    <div
      ref={place}
      className="plot"
      role="img"
      aria-label={`${props.title}. ${props.summary}. Press Table for the values.`}
    />
  );
}

function AsTable(props: Parameters<typeof Chart>[0]) {
  const rows = props.times.map((time, index) => ({ time, index })).reverse();
  return (
    <div className="plot-table">
      <Table
        caption={props.title}
        head={
          <>
            <th scope="col">From</th>
            {props.series.map((series) => (
              <th scope="col" className="number" key={series.name}>
                {series.name}
              </th>
            ))}
          </>
        }
      >
        {rows.map(({ time, index }) => (
          <tr key={time}>
            <th scope="row">
              <Time at={new Date(time * 1_000).toISOString()} />
            </th>
            {props.series.map((series) => {
              const value = series.values[index];
              return (
                <td className="number" key={series.name}>
                  {value == null ? "–" : props.say(value)}
                </td>
              );
            })}
          </tr>
        ))}
      </Table>
    </div>
  );
}
