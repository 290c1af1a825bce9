/** The forecast of the cluster as it is, next to that of the changed one. */

import type { ReactNode } from "react";
import { Chart } from "../../components/chart/chart";
import { Facts } from "../../components/page/facts";
import { Panel } from "../../components/page/panel";
import { Callout, EmptyState } from "../../components/page/states";
import { type Column, Table } from "../../components/table/table";
import { pendingReasonText } from "../../components/tasks/pending-reason";
import { Message, Time } from "../../components/time";
import { count, duration, plural } from "../../lib/format";
import { chartSummary, differenceText, finishText, type Row, rowsOf, seriesOf } from "./comparison";
import type { Forecast, Run } from "./query";

export function Results({ forecast }: { forecast: Forecast }) {
  const { at, baseline, changed } = forecast;
  const isCut = baseline.isCut || changed?.isCut;
  return (
    <div className="columns">
      {isCut && (
        <div className="wide">
          <Callout tone="pending" icon="alert">
            There are more tasks than a forecast can have. It was cut before the backlog is empty.
          </Callout>
        </div>
      )}
      <Panel title="Backlog empty" className="wide">
        <Facts
          facts={[
            ["As it is", <Finish key="baseline" at={at} run={baseline} />],
            changed && ["With changes", <Finish key="changed" at={at} run={changed} />],
            changed && ["Difference", differenceText(forecast)],
          ]}
        />
      </Panel>
      <div className="wide">
        <Backlog forecast={forecast} />
      </div>
      <Panel title="Queues" className="wide">
        <Queues forecast={forecast} />
      </Panel>
      <Panel title="Nodes" className="wide">
        <Nodes forecast={forecast} />
      </Panel>
      <Panel title="Tasks that never start" className="wide">
        <Blocked run={changed ?? baseline} />
      </Panel>
    </div>
  );
}

function Finish({ at, run }: { at: string; run: Run }) {
  return (
    <>
      {finishText(at, run)}
      {run.finishedAt && run.finishedAt !== at && (
        <>
          {" "}
          <small className="muted">
            <Time at={run.finishedAt} />
          </small>
        </>
      )}
    </>
  );
}

function Backlog({ forecast }: { forecast: Forecast }) {
  const times = forecast.times.map((time) => Date.parse(time) / 1_000);
  const [first = 0, second = first + 1] = times;
  return (
    <Chart
      title="Due and running tasks"
      unit="count"
      times={times}
      periodSeconds={second - first}
      series={seriesOf(forecast)}
      marks={[]}
      summary={chartSummary(forecast)}
    />
  );
}

function Queues({ forecast }: { forecast: Forecast }) {
  const rows = rowsOf(forecast, ({ queues }) => queues);
  if (!rows.length) return <EmptyState>No task is running, and none can start.</EmptyState>;
  type Queue = Run["queues"][number];
  return (
    <Table
      caption="Queues"
      minWidth={760}
      rows={rows}
      rowKey={({ name }) => name}
      columns={[
        { header: "Queue", role: "title", cell: ({ name }) => name },
        both<Queue>("Waiting", "90px", forecast, ({ waiting }) => count(waiting)),
        both<Queue>("Running", "90px", forecast, ({ running }) => count(running)),
        both<Queue>("Expire", "80px", forecast, ({ expired }) => count(expired)),
        both<Queue>("Last start", "150px", forecast, ({ lastStartAt }) => (
          <Time at={lastStartAt} />
        )),
        both<Queue>("Last end", "150px", forecast, ({ lastEndAt }) => <Time at={lastEndAt} />),
        both<Queue>("Wait p50", "110px", forecast, ({ waitP50Ms }) => duration(waitP50Ms)),
        both<Queue>("Wait p95", "110px", forecast, ({ waitP95Ms }) => duration(waitP95Ms)),
      ]}
    />
  );
}

function Nodes({ forecast }: { forecast: Forecast }) {
  const rows = rowsOf(forecast, ({ nodes }) => nodes);
  if (!rows.length) return <EmptyState>No worker node has joined the cluster.</EmptyState>;
  type Node = Run["nodes"][number];
  return (
    <Table
      caption="Nodes"
      minWidth={520}
      rows={rows}
      rowKey={({ name }) => name}
      columns={[
        { header: "Node", role: "title", cell: ({ name }) => name },
        both<Node>("Slots", "90px", forecast, ({ slots }) => count(slots)),
        both<Node>("Claims tasks", "110px", forecast, ({ claims }) => (claims ? "yes" : "no")),
        both<Node>("Utilization", "110px", forecast, ({ utilization }) =>
          utilization == null ? "–" : `${count(100 * utilization)} %`,
        ),
      ]}
    />
  );
}

/** A column with the value as it is and, below it, that with the changes. */
function both<Values>(
  header: string,
  width: string,
  { changed }: Forecast,
  cell: (values: Values) => ReactNode,
): Column<Row<Values>> {
  return {
    header,
    width,
    align: "end",
    cell: ({ before, after }) => (
      <>
        {before ? cell(before) : "–"}
        {changed && (
          <>
            <br />
            <span className="sr-only">With changes: </span>
            <strong>{after ? cell(after) : "–"}</strong>
          </>
        )}
      </>
    ),
  };
}

function Blocked({ run }: { run: Run }) {
  if (!run.blocked.length) return <EmptyState>All due tasks can start.</EmptyState>;
  return (
    <Table
      caption="Tasks that never start"
      minWidth={640}
      rows={run.blocked}
      rowKey={({ queue, slots }) => `${queue} ${slots}`}
      columns={[
        { header: "Queue", role: "title", cell: ({ queue }) => queue },
        { header: "Tasks", width: "90px", align: "end", cell: (group) => count(group.count) },
        {
          header: "Each needs",
          width: "100px",
          align: "end",
          cell: ({ slots }) => plural(slots, "slot"),
        },
        { header: "Reason", width: "20%", cell: ({ reason }) => pendingReasonText(reason) },
        {
          header: "Details",
          width: "36%",
          isLong: true,
          cell: ({ message }) => <Message text={message} />,
        },
      ]}
    />
  );
}
