/** The queues: their backlog, their speed, and their control. */

import { useState } from "react";
import { Icon } from "../../components/icon";
import { isOnline } from "../../components/nodes/state";
import { Page } from "../../components/page/page";
import { Loading, QueryError } from "../../components/page/states";
import { type Column, Table } from "../../components/table/table";
import { RequireRole } from "../../components/viewer";
import { useLiveSubscription } from "../../lib/api/live";
import { graphql, type ResultOf, type TaskStatus } from "../../lib/api/schema";
import { count, duration, plural, rate } from "../../lib/format";
import { Link } from "../../lib/routing/router";
import { tasksUrl } from "../../lib/search-text";
import { CreateQueue, QueueActions } from "./actions";
import { SchedulingButton, SchedulingLine } from "./scheduling";
import { QueueState } from "./state";

const QueuesSubscription = graphql(`
  subscription Queues {
    cluster(intervalMs: 1000) {
      schedulingPolicy {
        policy
        backfill
        agingMs
        changedAt
        changedBy
      }
      queues {
        id
        name
        paused
        pausedAt
        pausedBy
        pauseNote
        runningLimit
        weight
        startRate {
          count
          perSeconds
          burst
        }
        statusCounts {
          status
          count
        }
        stats(window: FIVE_MINUTES) {
          perSecond
          queueTime {
            p50
            p95
            p99
          }
        }
      }
      workerNodes {
        connection
        queues
      }
    }
  }
`);

type Cluster = ResultOf<typeof QueuesSubscription>["cluster"];
type Queue = Cluster["queues"][number];

export function Queues() {
  const { data, error } = useLiveSubscription(QueuesSubscription, {});
  const [isCreating, setIsCreating] = useState(false);
  const cluster = data?.cluster;
  return (
    <Page
      title="Queues"
      lead={cluster ? plural(cluster.queues.length, "queue") : "…"}
      query={QueuesSubscription}
      actions={
        <>
          {cluster && <SchedulingButton scheduling={cluster.schedulingPolicy} />}
          <Link href="/app/what-if">
            <Icon name="activity" /> What if
          </Link>
          <RequireRole>
            <button type="button" onClick={() => setIsCreating(true)}>
              <Icon name="plus" /> Create queue…
            </button>
          </RequireRole>
        </>
      }
    >
      <QueryError error={cluster && error} />
      {cluster && <SchedulingLine scheduling={cluster.schedulingPolicy} />}
      {cluster ? <QueueTable cluster={cluster} /> : <Loading error={error} />}
      {isCreating && <CreateQueue onClose={() => setIsCreating(false)} />}
    </Page>
  );
}

function QueueTable({ cluster }: { cluster: Cluster }) {
  const online = cluster.workerNodes.filter(isOnline);
  const consumersOf = (queue: Queue) =>
    online.filter((node) => node.queues.includes(queue.name)).length;
  return (
    <Table
      caption="Queues"
      minWidth={900}
      rows={cluster.queues}
      rowKey={({ id }) => id}
      columns={[
        {
          header: "Queue",
          role: "title",
          cell: ({ name }) => <Link href={`/app/queues/${encodeURIComponent(name)}`}>{name}</Link>,
        },
        {
          header: "State",
          width: "20%",
          cell: (queue) => <QueueState queue={queue} consumers={consumersOf(queue)} />,
        },
        counted("PENDING", "Pending"),
        counted("RUNNING", "Running"),
        numeric("Running limit", "94px", ({ runningLimit }) =>
          runningLimit == null ? "none" : count(runningLimit),
        ),
        numeric("Throughput", "90px", ({ stats }) => `${rate(stats.perSecond)}/s`),
        numeric("Queue time p50", "76px", ({ stats }) => duration(stats.queueTime.p50)),
        numeric("Queue time p95", "76px", ({ stats }) => duration(stats.queueTime.p95)),
        numeric("Queue time p99", "76px", ({ stats }) => duration(stats.queueTime.p99)),
        numeric("Nodes", "58px", (queue) => consumersOf(queue)),
        {
          header: "Actions",
          width: "56px",
          role: "actions",
          cell: (queue) => (
            <RequireRole>
              <QueueActions queue={queue} />
            </RequireRole>
          ),
        },
      ]}
    />
  );
}

function numeric(header: string, width: string, cell: Column<Queue>["cell"]): Column<Queue> {
  return { header, width, align: "end", cell };
}

function counted(status: TaskStatus, header: string): Column<Queue> {
  return numeric(header, "68px", ({ name, statusCounts }) => (
    <Link href={tasksUrl({ queue: name, status: status })}>
      {count(statusCounts.find((each) => each.status === status)?.count ?? 0)}
    </Link>
  ));
}
