/** Throughput and queue time over a range of time. */

import { useMemo } from "react";
import { Chart } from "../../../components/chart/chart";
import { Chips } from "../../../components/chips";
import { duration, rate } from "../../../lib/format";
import { navigate, withParams } from "../../../lib/router";
import type { Cluster, Range } from "../query";
import { failuresPerSecond } from "./rates";

const RANGES = [
  ["FIVE_MINUTES", "5 min"],
  ["HOUR", "1 h"],
] as const;

export function Charts({ cluster, range }: { cluster: Cluster; range: Range }) {
  const { statsHistory, stats } = cluster;
  const data = useMemo(() => {
    const of = (read: (stats: Cluster["statsHistory"][number]["stats"]) => number | null) =>
      statsHistory.map((point) => read(point.stats));
    return {
      times: statsHistory.map(({ at }) => Date.parse(at) / 1_000),
      throughput: [
        {
          name: "completed/s",
          color: "--accent",
          values: of((stats) => stats.perSecond),
          isArea: true,
        },
        { name: "failed/s", color: "--failed", values: failuresPerSecond(statsHistory) },
      ],
      queueTime: [
        { name: "p95", color: "--pending", values: of(({ queueTime }) => queueTime.p95) },
        { name: "p50", color: "--accent", values: of(({ queueTime }) => queueTime.p50) },
      ],
    };
  }, [statsHistory]);
  return (
    <>
      <Chart
        title="Throughput"
        times={data.times}
        series={data.throughput}
        unit="rate"
        summary={`${rate(stats.perSecond)}/s in the last minute.`}
        aside={
          <Chips
            label="Time range"
            options={RANGES}
            isChosen={(each) => each === range}
            onChoose={(each) => navigate(withParams({ range: each === "HOUR" ? "1h" : "" }))}
          />
        }
      />
      <Chart
        title="Queue time"
        times={data.times}
        series={data.queueTime}
        unit="duration"
        summary={
          stats.queueTime.p95 == null
            ? "No task started in the last minute."
            : `p95 ${duration(stats.queueTime.p95)} in the last minute.`
        }
      />
    </>
  );
}
