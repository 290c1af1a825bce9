/** The drawing of a chart, by uPlot. */

import { useEffect, useRef, useState } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { localTime } from "../../lib/format";
import { navigate } from "../../lib/routing/router";
import { useTheme } from "../../lib/theme";
import { axisTime } from "../../lib/time/time-range";
import { axisLabel, isolated, largest, type Mark, type Series, stacked, textOf } from "./series";
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
  /** Whether the series are parts of a whole, drawn on each other. */
  isStacked?: boolean;
  /** The length of the period that begins at each time. */
  periodSeconds: number;
  /** What happened, drawn as vertical lines. */
  marks: readonly Mark[];
  /** What the chart shows, in a sentence. */
  summary: string;
  /** The URL of what a period counts, by its start. A click on the chart opens it. */
  periodUrl?: (start: number) => string;
  /** Called with the start and the end that were chosen by dragging, in seconds since 1970. */
  onZoom?: (since: number, until: number) => void;
};

/** Steps of the time axis in seconds. */
const TIME_STEPS = [
  ...[1, 2, 5, 10, 15, 30],
  ...[1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720].map((minutes) => minutes * 60),
  ...[1, 2, 5, 10].map((days) => days * 86_400),
];
/** Fewer pixels than this are a click, not a choice of times. */
const DRAG_MIN = 6;

type Pointer = { index: number; left: number; width: number };

export function Plot(props: PlotProps) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(null);
  const latest = useRef(props);
  latest.current = props;
  const [pointer, setPointer] = useState<Pointer>();
  const theme = useTheme();
  const shape = JSON.stringify([
    props.isStacked,
    props.series.map(({ name, color, isArea }) => [name, color, isArea]),
  ]);

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

  // biome-ignore lint/correctness/useExhaustiveDependencies: `latest` holds the same values.
  useEffect(() => {
    plot.current?.setData(dataOf(latest.current));
  }, [props.times, props.series, props.marks]);

  return (
    <div className="plot-place">
      <div
        ref={place}
        className={props.periodUrl ? "plot has-links" : "plot"}
        role="img"
        aria-label={`${props.title}. ${props.summary} Press Table for the values.`}
      />
      {pointer && <Tooltip {...props} pointer={pointer} />}
    </div>
  );
}

function Tooltip(props: PlotProps & { pointer: Pointer }) {
  const { times, series, unit, marks, periodSeconds, pointer } = props;
  const time = times[pointer.index];
  if (time === undefined) return null;
  const near = marks.filter((mark) => mark.time >= time && mark.time < time + periodSeconds);
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
      {near.map((mark) => (
        <span key={mark.time + mark.text} className="mark">
          {mark.text}
        </span>
      ))}
    </div>
  );
}

/** The series in the order in which they are drawn: of a stack, the highest first. */
function drawn({ series, isStacked }: Pick<PlotProps, "series" | "isStacked">): readonly Series[] {
  return isStacked ? stacked(series).reverse() : series;
}

function dataOf(props: PlotProps): uPlot.AlignedData {
  return [[...props.times], ...drawn(props).map(({ values }) => [...values])];
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
  const splits = () => ticks(largest(drawn(latest.current)) * HEADROOM, latest.current.unit);
  const { isStacked } = latest.current;
  const label = (value: number) => axisLabel(value, latest.current.unit);
  return {
    width: element.clientWidth,
    height: HEIGHT,
    cursor: {
      y: false,
      drag: { x: Boolean(latest.current.onZoom), y: false, setScale: false },
      points: { size: 7 },
      // Not the buttons: each chart would report what was chosen on one of them.
      sync: { key: SYNC_KEY, filters: { pub: (type) => !/^mouse(down|up)$/.test(type) } },
    },
    legend: { show: false },
    scales: {
      x: { range: (_, min, max) => [min, max + latest.current.periodSeconds] },
      y: { range: () => [0, splits().at(-1) ?? 1] },
    },
    axes: [
      {
        ...axis,
        incrs: TIME_STEPS,
        space: 70,
        size: 26,
        values: ({ scales }, times) => {
          const span = (scales.x?.max ?? 0) - (scales.x?.min ?? 0);
          return times.map((time) => axisTime(new Date(time * 1_000), span));
        },
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
      ...drawn(latest.current).map(({ color: name, isArea }) => ({
        stroke: color(name),
        width: isStacked ? 0 : 2,
        fill: isStacked ? color(name) : isArea ? `${color(name)}22` : undefined,
        paths: isStacked ? uPlot.paths.bars?.({ size: [0.9, 100], align: 1 }) : undefined,
        spanGaps: false,
        points: {
          show: !isStacked,
          size: 6,
          fill: color(name),
          filter: (chart: uPlot, series: number) =>
            isStacked ? null : isolated(chart.data[series] as (number | null)[]),
        },
      })),
    ],
    hooks: {
      ready: [({ over, cursor }) => over.addEventListener("click", () => open(latest, cursor.idx))],
      draw: [(chart) => drawMarks(chart, latest.current.marks, color("--muted"))],
      setSelect: [
        (chart) => {
          const { left, width } = chart.select;
          if (width >= DRAG_MIN)
            latest.current.onZoom?.(chart.posToVal(left, "x"), chart.posToVal(left + width, "x"));
          chart.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
        },
      ],
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

function open({ current }: { current: PlotProps }, index: number | null | undefined) {
  const start = current.times[index ?? -1];
  if (current.periodUrl && start !== undefined) navigate(current.periodUrl(start));
}

function drawMarks({ ctx, bbox, valToPos, scales }: uPlot, marks: readonly Mark[], color: string) {
  ctx.save();
  ctx.strokeStyle = color;
  ctx.lineWidth = devicePixelRatio;
  ctx.setLineDash([3 * devicePixelRatio, 3 * devicePixelRatio]);
  for (const { time } of marks) {
    if (time < (scales.x?.min ?? 0) || time > (scales.x?.max ?? 0)) continue;
    const x = Math.round(valToPos(time, "x", true));
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
  }
  ctx.restore();
}

const canvas = document.createElement("canvas").getContext("2d");

/** The width of the widest text in pixels. */
function widestOf(texts: string[], font: string): number {
  if (!canvas) return 0;
  canvas.font = font;
  return Math.ceil(Math.max(...texts.map((text) => canvas.measureText(text).width)));
}
