/** What the charts of a time series show. Pure. */

import { count, duration, plural } from "../../lib/format";
import type { Series } from "../chart/series";
import type { Unit } from "../chart/ticks";
import type { Data, Group, Grouping } from "./query";

export type ChartData = {
  title: string;
  unit: Unit;
  series: Series[];
  isStacked?: boolean;
  /** What the chart shows, in a sentence. */
  summary: string;
  /** Whether it shows the runs that ended in each period. */
  isOfEnded?: boolean;
};

/** What a series is about. */
export type Subject = { queue?: string; workerNode?: string };

const COLORS_OF_GROUPS = Array.from({ length: 10 }, (_, index) => `--group-${index + 1}`);
const COLOR_OF_OTHERS = "--cancelled";

/** The charts of the cluster, of a queue or of a node. */
export function chartsOfOne(data: Data, now: number, { queue, workerNode }: Subject): ChartData[] {
  const [group] = data.groups;
  if (!group) return [];
  return [
    throughput(group, lengthsOf(data, now)),
    percentiles("Queue time", group.queueTime),
    percentiles("Duration", group.runTime),
    ...(workerNode === undefined ? [pending(group)] : []),
    ...(queue === undefined ? [slots(group)] : []),
  ];
}

/** The same charts, with a series for each queue or node. */
export function chartsOfGroups({ groups }: Data, grouping: Grouping): ChartData[] {
  const series = (values: (group: Group) => readonly (number | null)[]): Series[] =>
    groups.map((group, index) => ({
      name: group.name ?? "others",
      color: (group.name !== null && COLORS_OF_GROUPS[index]) || COLOR_OF_OTHERS,
      values: values(group),
    }));
  const summary = plural(groups.length, grouping === "QUEUE" ? "queue" : "node");
  return [
    {
      title: "Throughput",
      unit: "rate",
      isOfEnded: true,
      isStacked: true,
      series: series(({ perSecond }) => perSecond),
      summary,
    },
    {
      title: "Queue time p95",
      unit: "duration",
      isOfEnded: true,
      series: series(({ queueTime }) => queueTime.p95),
      summary,
    },
    {
      title: "Duration p95",
      unit: "duration",
      isOfEnded: true,
      series: series(({ runTime }) => runTime.p95),
      summary,
    },
    grouping === "QUEUE"
      ? {
          title: "Pending tasks",
          unit: "count",
          isStacked: true,
          series: series(({ pending }) => pending),
          summary,
        }
      : {
          title: "Slots in use",
          unit: "count",
          isStacked: true,
          series: series(({ busySlots }) => busySlots),
          summary,
        },
  ];
}

/** The length of each period in seconds. The last one has lasted only until now. */
export function lengthsOf({ starts, periodSeconds }: Data, now: number): number[] {
  return starts.map((start) =>
    Math.min(periodSeconds, Math.max(1, (now - Date.parse(start)) / 1_000)),
  );
}

function throughput(group: Group, lengths: number[]): ChartData {
  const perSecond = (counts: number[]) => counts.map((n, index) => n / (lengths[index] ?? 1));
  const failed = sum(group.failed);
  const ended = sum(group.succeeded) + failed + sum(group.cancelled);
  return {
    title: "Throughput",
    unit: "rate",
    isOfEnded: true,
    isStacked: true,
    series: [
      { name: "succeeded/s", color: "--success", values: perSecond(group.succeeded) },
      { name: "failed/s", color: "--failed", values: perSecond(group.failed) },
      { name: "cancelled/s", color: "--cancelled", values: perSecond(group.cancelled) },
    ],
    summary: `${plural(ended, "run")} ended, ${count(failed)} failed.`,
  };
}

function percentiles(title: string, { p50, p95, p99 }: Group["queueTime"]): ChartData {
  const last = p95.findLast((value) => value != null);
  return {
    title,
    unit: "duration",
    isOfEnded: true,
    series: [
      { name: "p99", color: "--failed", values: p99 },
      { name: "p95", color: "--pending", values: p95 },
      { name: "p50", color: "--accent", values: p50 },
    ],
    summary: last == null ? "No run ended." : `p95 ${duration(last)} at last.`,
  };
}

function pending(group: Group): ChartData {
  const last = group.pending.findLast((value) => value != null);
  return {
    title: "Pending tasks",
    unit: "count",
    series: [{ name: "pending", color: "--pending", values: group.pending, isArea: true }],
    summary: last == null ? "No sample." : `${count(last)} at last.`,
  };
}

function slots(group: Group): ChartData {
  const [busy, all] = [group.busySlots, group.slots].map((values) =>
    values.findLast((value) => value != null),
  );
  return {
    title: "Slots",
    unit: "count",
    series: [
      { name: "all", color: "--muted", values: group.slots },
      { name: "in use", color: "--accent", values: group.busySlots, isArea: true },
    ],
    summary:
      busy == null || all == null
        ? "No sample."
        : `${count(busy)} of ${count(all)} in use at last.`,
  };
}

function sum(values: number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
