/** One queue: its backlog, the tasks that come first, its speed, and the nodes that serve it. */

import { type Fact, Facts } from "../../components/page/facts";
import "../../components/nodes/list.css";
import { NodeStateBadge } from "../../components/nodes/state";
import { Page } from "../../components/page/page";
import { Panel } from "../../components/page/panel";
import { EmptyState, Loading, QueryError } from "../../components/page/states";
import { Slots } from "../../components/slots";
import { Time } from "../../components/time";
import { TimeSeries } from "../../components/time-series/time-series";
import { RequireRole } from "../../components/viewer";
import { useLiveSubscription } from "../../lib/api/live";
import type { TaskStatus } from "../../lib/api/schema";
import { count, duration, plural, rate } from "../../lib/format";
import { Link } from "../../lib/routing/router";
import { tasksUrl } from "../../lib/search-text";
import { QueueActions } from "../queues/actions";
import { startRateText } from "../queues/start-rate";
import { QueueState } from "../queues/state";
import { HeadOfLine } from "./head-of-line";
import { Priorities } from "./priorities";
import { type Cluster, type Queue, QueueSubscription } from "./query";
import { timeToEmpty } from "./rates";

export function QueuePage({ name }: { name: string }) {
  const { data, error } = useLiveSubscription(QueueSubscription, {});
  const queue = data?.cluster.queues.find((each) => each.name === name);
  if (!data || !queue)
    return (
      <Page title={data ? "Queue not found" : `Queue ${name}`}>
        {data ? (
          <EmptyState>
            There is no queue with this name. <Link href="/app/queues">Show all queues</Link>
          </EmptyState>
        ) : (
          <Loading error={error} />
        )}
      </Page>
    );
  const nodes = data.cluster.workerNodes.filter((node) => node.queues.includes(name));
  return (
    <Page
      title={`Queue ${name}`}
      lead={<QueueState queue={queue} consumers={nodes.length} />}
      query={QueueSubscription}
      actions={
        <RequireRole>
          <QueueActions queue={queue} />
        </RequireRole>
      }
    >
      <QueryError error={error} />
      <div className="columns">
        <Panel title="Next tasks" className="wide">
          <HeadOfLine groups={queue.pendingGroups} />
        </Panel>
        <Panel title="Backlog">
          <Backlog queue={queue} />
        </Panel>
        <Panel title="Last five minutes">
          <Speed queue={queue} />
        </Panel>
        <Panel title="Pending tasks by priority">
          <Priorities queue={name} />
        </Panel>
        <Panel title="Consumers">
          <Consumers nodes={nodes} />
        </Panel>
      </div>
      <TimeSeries queue={name} />
    </Page>
  );
}

function Backlog({ queue }: { queue: Queue }) {
  const link = (status: TaskStatus) => (
    <Link key={status} href={tasksUrl({ queue: queue.name, status })}>
      {plural(numberOf(queue, status), "task")}
    </Link>
  );
  const left = timeToEmpty(numberOf(queue, "PENDING"), queue.stats.perSecond);
  const facts: (Fact | null)[] = [
    ["Pending", link("PENDING")],
    ["Running", link("RUNNING")],
    ["Failed", link("FAILED")],
    ["Time to empty", left == null ? "unknown" : duration(left)],
    ["Running limit", queue.runningLimit == null ? "none" : count(queue.runningLimit)],
    ["Start rate", startRateText(queue.startRate)],
    queue.startRate && [
      "Next start",
      queue.nextStartAt ? <Time key="next" at={queue.nextStartAt} /> : "now",
    ],
    ["Weight in a fair share", queue.weight],
    ["Created", <Time key="created" at={queue.createdAt} />],
  ];
  return <Facts facts={facts} />;
}

function Speed({ queue: { stats } }: { queue: Queue }) {
  const percentiles = ({ p50, p95, p99 }: Queue["stats"]["queueTime"]) =>
    `${duration(p50)} / ${duration(p95)} / ${duration(p99)}`;
  const facts: Fact[] = [
    ["Throughput", `${rate(stats.perSecond)}/s`],
    ["Succeeded", count(stats.succeeded)],
    ["Failed", count(stats.failed)],
    ["Cancelled", count(stats.cancelled)],
    ["Queue time p50 / p95 / p99", percentiles(stats.queueTime)],
    ["Duration p50 / p95 / p99", percentiles(stats.runTime)],
  ];
  return <Facts facts={facts} />;
}

function Consumers({ nodes }: { nodes: Cluster["workerNodes"] }) {
  if (!nodes.length) return <EmptyState>No node serves this queue.</EmptyState>;
  return (
    <ul className="node-list">
      {nodes.map((node) => (
        <li key={node.id}>
          <Link href={`/app/nodes/${encodeURIComponent(node.name)}`}>{node.name}</Link>
          <NodeStateBadge node={node} />
          <Slots busy={node.busySlots} total={node.slots} />
        </li>
      ))}
    </ul>
  );
}

function numberOf({ statusCounts }: Queue, status: TaskStatus): number {
  return statusCounts.find((each) => each.status === status)?.count ?? 0;
}
