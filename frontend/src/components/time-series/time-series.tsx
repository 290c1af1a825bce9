/** Charts of the cluster, a queue or a node over the time range in the URL, kept current. */

import { useMemo } from "react";
import { useLiveSubscription } from "../../lib/api/live";
import { navigate, useParams, withParams } from "../../lib/routing/router";
import { secondsBetween, tasksUrl } from "../../lib/search-text";
import { paramsOfTimes, rangeOf } from "../../lib/time/time-range";
import { Chart } from "../chart/chart";
import { Chips } from "../chips";
import { eventLabel } from "../events/labels";
import { Loading, QueryError } from "../page/states";
import { type Data, type Grouping, TimeSeriesSubscription } from "./query";
import { RangePicker } from "./range-picker";
import { chartsOfGroups, chartsOfOne, type Subject } from "./series";
import "./time-series.css";

const GROUPINGS = [
  ["", "All"],
  ["queue", "Queue"],
  ["node", "Node"],
] as const;

export function TimeSeries({ queue, workerNode }: Subject) {
  const params = useParams();
  const range = rangeOf(params);
  const isWhole = queue === undefined && workerNode === undefined;
  const grouping = isWhole ? groupingOf(params.get("by")) : undefined;
  const { data, error } = useLiveSubscription(TimeSeriesSubscription, {
    range: range.input,
    groupBy: grouping ?? null,
    queue: queue ?? null,
    workerNode: workerNode ?? null,
    intervalMs: range.intervalMs,
  });
  return (
    <section className="time-series" aria-label="Time series">
      <div className="time-series-controls">
        <RangePicker range={range} />
        {isWhole && (
          <Chips
            label="Split by"
            options={GROUPINGS}
            isChosen={(each) => groupingOf(each) === grouping}
            onChoose={(each) => navigate(withParams({ by: each }))}
          />
        )}
      </div>
      <QueryError error={data && error} />
      {data ? (
        <Charts
          data={data.cluster.timeSeries}
          grouping={grouping}
          subject={{ queue, workerNode }}
        />
      ) : (
        <Loading error={error} />
      )}
    </section>
  );
}

function Charts(props: { data: Data; grouping?: Grouping; subject: Subject }) {
  const { data, grouping } = props;
  const { queue, workerNode } = props.subject;
  const charts = useMemo(
    () =>
      grouping
        ? chartsOfGroups(data, grouping)
        : chartsOfOne(data, Date.now(), { queue, workerNode }),
    [data, grouping, queue, workerNode],
  );
  const times = useMemo(() => data.starts.map((start) => Date.parse(start) / 1_000), [data]);
  const marks = useMemo(
    () =>
      data.operations
        .filter((each) => isAbout(each, queue, workerNode))
        .map((each) => ({
          time: Date.parse(each.at) / 1_000,
          text: [eventLabel(each.kind).text, each.workerNode?.name ?? each.queue].join(" "),
        })),
    [data, queue, workerNode],
  );
  const periodUrl = (start: number) =>
    tasksUrl(
      { queue, node: workerNode, finished: secondsBetween(start, start + data.periodSeconds) },
      "finished",
    );
  return charts.map(({ isOfEnded, ...chart }) => (
    <Chart
      key={chart.title}
      {...chart}
      periodUrl={isOfEnded ? periodUrl : undefined}
      times={times}
      periodSeconds={data.periodSeconds}
      marks={marks}
      onZoom={(since, until) => navigate(withParams(paramsOfTimes(since * 1_000, until * 1_000)))}
    />
  ));
}

function groupingOf(name: string | null): Grouping | undefined {
  if (name === "queue") return "QUEUE";
  return name === "node" ? "WORKER_NODE" : undefined;
}

/** Whether a change concerns the queue or the node, if one is given. */
function isAbout(
  change: Data["operations"][number],
  queue: string | undefined,
  workerNode: string | undefined,
): boolean {
  if (queue !== undefined) return change.queue === queue;
  return workerNode === undefined || change.workerNode?.name === workerNode;
}
