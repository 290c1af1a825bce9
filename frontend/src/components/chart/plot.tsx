/** The drawing of a chart, by uPlot. */

import { useEffect, useRef, useState } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { localTime, minuteTime } from "../../lib/format";
import { useTheme } from "../../lib/theme";
import { axisLabel, isolated, largest, type Series, textOf } from "./series";
import { ticks, type Unit } from "./ticks";

const HEIGHT = 190;
const LABEL_GAP = 12;
/** Charts next to each other have the same time at the same place, unless their labels are longer. */
const LABELS_WIDTH_MIN = 58;
/** Charts of the same key show the same time under the pointer. */
const SYNC_KEY = "time";

/** The part of the highest value by which the axis is longer. */
const HEADROOM = 1.05;

export type PlotProps = {
  title: string;
  /** In seconds since 1970. */
  times: readonly number[];
  series: readonly Series[];
  unit: Unit;
  /** What the chart shows, in a sentence. */
  summary: string;
};

/** Steps of the time axis in seconds. Its labels show minutes. */
const TIME_STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440].map((each) => each * 60);

type Pointer = { index: number; left: number; width: number };

export function Plot(props: PlotProps) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(null);
  const latest = useRef(props);
  latest.current = props;
  const [pointer, setPointer] = useState<Pointer>();
  const theme = useTheme();
  const shape = JSON.stringify(
    props.series.map(({ name, color, isArea }) => [name, color, isArea]),
  );

  // biome-ignore lint/correctness/useExhaustiveDependencies: drawn anew with another theme or shape.
  useEffect(() => {
    const element = place.current as HTMLDivElement;
    const chart = new uPlot(options(element, latest, setPointer), dataOf(latest.current), element);
    plot.current = chart;
    const observer = new ResizeObserver(() =>
      chart.setSize({ width: element.clientWidth, height: HEIGHT }),
    );
    observer.observe(element);
    return () => {
      observer.disconnect();
      chart.destroy();
    };
  }, [theme, shape]);

  useEffect(() => {
    plot.current?.setData(dataOf({ times: props.times, series: props.series }));
  }, [props.times, props.series]);

  return (
    <div className="plot-place">
      <div
        ref={place}
        className="plot"
        role="img"
        aria-label={`${props.title}. ${props.summary} Press Table for the values.`}
      />
      {pointer && <Tooltip {...props} pointer={pointer} />}
    </div>
  );
}

function Tooltip({ times, series, unit, pointer }: PlotProps & { pointer: Pointer }) {
  const time = times[pointer.index];
  if (time === undefined) return null;
  const isRight = pointer.left > pointer.width / 2;
  return (
    <div
      className="tooltip"
      aria-hidden="true"
      style={isRight ? { right: pointer.width - pointer.left + 12 } : { left: pointer.left + 12 }}
    >
      <b>{localTime(new Date(time * 1_000))}</b>
      {series.map(({ name, color, values }) => (
        <span key={name}>
          <i style={{ background: `var(${color})` }} /> {name}
          <b>{textOf(values[pointer.index], unit)}</b>
        </span>
      ))}
    </div>
  );
}

function dataOf({ times, series }: Pick<PlotProps, "times" | "series">): uPlot.AlignedData {
  return [[...times], ...series.map(({ values }) => [...values])];
}

function options(
  element: HTMLElement,
  latest: { current: PlotProps },
  onPointer: (pointer: Pointer | undefined) => void,
): uPlot.Options {
  const style = getComputedStyle(document.documentElement);
  const color = (name: string) => style.getPropertyValue(name).trim();
  const font = `11px ${style.getPropertyValue("--sans")}`;
  const axis = {
    stroke: color("--muted"),
    font,
    grid: { stroke: color("--line"), width: 1 },
    ticks: { show: false },
  };
  const splits = () => ticks(largest(latest.current.series) * HEADROOM, latest.current.unit);
  const label = (value: number) => axisLabel(value, latest.current.unit);
  return {
    width: element.clientWidth,
    height: HEIGHT,
    cursor: {
      y: false,
      drag: { x: false, y: false },
      points: { size: 7 },
      sync: { key: SYNC_KEY },
    },
    legend: { show: false },
    scales: { y: { range: () => [0, splits().at(-1) ?? 1] } },
    axes: [
      {
        ...axis,
        incrs: TIME_STEPS,
        space: 70,
        size: 26,
        values: (_, times) => times.map((time) => minuteTime(new Date(time * 1_000))),
      },
      {
        ...axis,
        splits,
        size: () => Math.max(LABELS_WIDTH_MIN, widestOf(splits().map(label), font) + LABEL_GAP),
        values: (_, values) => values.map(label),
      },
    ],
    series: [
      {},
      ...latest.current.series.map(({ color: name, isArea }) => ({
        stroke: color(name),
        width: 2,
        fill: isArea ? `${color(name)}22` : undefined,
        spanGaps: false,
        points: {
          show: true,
          size: 6,
          fill: color(name),
          filter: (chart: uPlot, series: number) =>
            isolated(chart.data[series] as (number | null)[]),
        },
      })),
    ],
    hooks: {
      setCursor: [
        ({ cursor, over, bbox }) => {
          const isInside = cursor.idx != null && cursor.left != null && cursor.left >= 0;
          const offset = bbox.left / devicePixelRatio;
          onPointer(
            isInside
              ? {
                  index: cursor.idx as number,
                  left: (cursor.left as number) + offset,
                  width: over.clientWidth + offset,
                }
              : undefined,
          );
        },
      ],
    },
  };
}

const canvas = document.createElement("canvas").getContext("2d");

/** The width of the widest text in pixels. */
function widestOf(texts: string[], font: string): number {
  if (!canvas) return 0;
  canvas.font = font;
  return Math.ceil(Math.max(...texts.map((text) => canvas.measureText(text).width)));
}
