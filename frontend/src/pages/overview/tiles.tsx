/** The most important numbers of the cluster. */

import { useState } from "react";
import type { Tone } from "../../components/badge";
import { isAvailable, isOnline } from "../../components/nodes/state";
import type { TaskStatus } from "../../lib/api/schema";
import { count, duration, plural, rate } from "../../lib/format";
import { Link } from "../../lib/routing/router";
import type { Cluster } from "./query";
import "./tiles.css";
import { tasksUrl } from "../../lib/search-text";

const ANNOUNCE_EVERY_MS = 15_000;

export function Tiles({ cluster }: { cluster: Cluster }) {
  const { stats, oldestPendingMs, workerNodes } = cluster;
  const number = (status: TaskStatus) =>
    cluster.statusCounts.find((each) => each.status === status)?.count ?? 0;
  const online = workerNodes.filter(isOnline);
  const busySlots = sum(online.map(({ busySlots }) => busySlots));
  const slots = sum(online.filter(isAvailable).map(({ slots }) => slots));
  const nodes = `${online.length}/${workerNodes.length}`;
  return (
    <>
      <ul className="tiles">
        <Tile
          href={tasksUrl({ status: "PENDING" })}
          tone="pending"
          name="Pending"
          value={count(number("PENDING"))}
          note={oldestPendingMs == null ? "No backlog" : `Oldest ${duration(oldestPendingMs)}`}
        />
        <Tile
          href={tasksUrl({ status: "RUNNING" })}
          tone="running"
          name="Running"
          value={count(number("RUNNING"))}
          note={`${plural(busySlots, "slot")} used`}
        />
        <Tile
          href={tasksUrl({ status: "SUCCESS" }, "finished")}
          tone="success"
          name="Throughput"
          value={`${rate(stats.perSecond)}/s`}
          note={`${count(number("SUCCESS"))} succeeded`}
        />
        <Tile
          href={tasksUrl({ status: "FAILED" }, "finished")}
          tone="failed"
          name="Failed"
          value={count(number("FAILED"))}
          note={`${count(stats.failed)} in the last minute`}
        />
        <Tile
          href="/app/queues"
          tone="plain"
          name="Queue time p95"
          value={duration(stats.queueTime.p95)}
          note={
            stats.queueTime.p50 == null ? "No recent runs" : `p50 ${duration(stats.queueTime.p50)}`
          }
        />
        <Tile
          href="/app/nodes"
          tone="plain"
          name="Nodes"
          value={nodes}
          note={`${plural(slots, "slot")} available`}
        />
      </ul>
      <Announcement
        text={`${plural(number("PENDING"), "task")} pending, ${count(number("RUNNING"))} running, ${rate(stats.perSecond)} per second completed, ${nodes} nodes online.`}
      />
    </>
  );
}

function sum(numbers: number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

function Tile(props: { href: string; tone: Tone; name: string; value: string; note: string }) {
  return (
    <li className={`tile tone-${props.tone}`}>
      <Link href={props.href}>
        <span className="tile-name">{props.name}</span>
        <strong>{props.value}</strong>
        <small>{props.note}</small>
      </Link>
    </li>
  );
}

/** Announces the state to screen readers at intervals: each change would be too much. */
function Announcement({ text }: { text: string }) {
  const [said, setSaid] = useState({ text, at: Date.now() });
  if (text !== said.text && Date.now() > said.at + ANNOUNCE_EVERY_MS)
    setSaid({ text, at: Date.now() });
  return (
    <p className="sr-only" aria-live="polite">
      {said.text}
    </p>
  );
}
