/** The cluster at a glance: what waits, what runs, how fast, on which nodes; and a way to add to it. */

import { useMemo, useState } from "react";
import { useSubscription } from "urql";
import { count, duration, plural, rate } from "../format";
import { type Line, LogLine, useLive, useLog } from "../log";
import { Chart } from "../chart";
import { Empty, Page, Panel, Problem, Slots, Time, Waiting } from "../parts";
import { Link, navigate, useParams, withParams } from "../router";
import { graphql, type ResultOf, type VariablesOf } from "../schema";
import { LookOnly, Steering } from "../viewer";
import { About, What } from "./line";
import { NodeState } from "./node-state";
import { Submit } from "./submit";

const FEED = 14;
const SAID_EVERY_MS = 15_000;

const OverviewPage = graphql(`
  subscription Overview($window: LoadWindow!) {
    cluster(everyMs: 1000) {
      statusCounts {
        status
        count
      }
      oldestPendingMs
      load(window: MINUTE) {
        perSecond
        failed
        wait {
          p50
          p95
          p99
        }
      }
      spans(window: $window) {
        at
        load {
          perSecond
          failed
          wait {
            p50
            p95
          }
        }
      }
      workerNodes {
        name
        connection
        scheduling
        stopRequestedAt
        slots
        busySlots
        load(window: MINUTE) {
          perSecond
        }
      }
    }
  }
`);

const Newest = graphql(
  `
    query NewestEvents($count: Int!) {
      clusterEvents(count: $count) {
        events {
          ...LogLine
        }
      }
    }
  `,
  [LogLine],
);

type Cluster = ResultOf<typeof OverviewPage>["cluster"];
type Window = VariablesOf<typeof OverviewPage>["window"];

const WINDOWS: [name: string, window: Window][] = [
  ["5 min", "FIVE_MINUTES"],
  ["1 h", "HOUR"],
];

export function Overview() {
  const window: Window = useParams().get("window") === "HOUR" ? "HOUR" : "FIVE_MINUTES";
  const [{ data, error }] = useSubscription({ query: OverviewPage, variables: { window } });
  const cluster = data?.cluster;
  return (
    <Page
      title="Overview"
      lead="The cluster, as it is now"
      query={OverviewPage}
      variables={{ window }}
    >
      <Problem error={cluster && error} />
      {cluster ? (
        <>
          <Tiles cluster={cluster} />
          <div className="columns overview">
            <Charts cluster={cluster} window={window} />
            <Feed />
            <div className="stack">
              <Panel title="Submit">
                <Steering otherwise={<LookOnly />}>
                  <Submit />
                </Steering>
              </Panel>
              <Nodes cluster={cluster} />
            </div>
          </div>
        </>
      ) : (
        <Waiting error={error} />
      )}
    </Page>
  );
}

function Tiles({ cluster }: { cluster: Cluster }) {
  const counts = Object.fromEntries(
    cluster.statusCounts.map(({ status, count }) => [status, count]),
  ) as Record<Cluster["statusCounts"][number]["status"], number>;
  const online = cluster.workerNodes.filter((node) => node.connection === "ONLINE");
  const { load, oldestPendingMs } = cluster;
  const waiting = oldestPendingMs == null ? "nothing is due" : `for ${duration(oldestPendingMs)}`;
  return (
    <>
      <ul className="tiles">
        <Tile
          href="/app/tasks?status=PENDING"
          tone="pending"
          name="Waiting"
          value={count(counts.PENDING)}
          note={waiting}
        />
        <Tile
          href="/app/tasks?status=RUNNING"
          tone="running"
          name="Running"
          value={count(counts.RUNNING)}
          note={`${online.reduce((sum, node) => sum + node.busySlots, 0)} slots busy`}
        />
        <Tile
          href="/app/tasks?status=SUCCESS&order=finished"
          tone="success"
          name="Done each second"
          value={rate(load.perSecond)}
          note={`${count(counts.SUCCESS)} succeeded`}
        />
        <Tile
          href="/app/tasks?status=FAILED&order=finished"
          tone="failed"
          name="Failed"
          value={count(counts.FAILED)}
          note={`${count(load.failed)} in the last minute`}
        />
        <Tile
          tone="plain"
          name="Wait (95 %)"
          value={duration(load.wait.p95)}
          note={`half of them ${duration(load.wait.p50)}`}
        />
        <Tile
          href="/app/nodes"
          tone="plain"
          name="Nodes online"
          value={`${online.length} of ${cluster.workerNodes.length}`}
          note={plural(
            online.reduce((sum, node) => sum + node.slots, 0),
            "slot",
          )}
        />
      </ul>
      <Said
        text={`${count(counts.PENDING)} tasks wait, ${count(counts.RUNNING)} run, ${rate(load.perSecond)} are done each second, ${online.length} of ${cluster.workerNodes.length} nodes are online.`}
      />
    </>
  );
}

function Tile(props: { href?: string; tone: string; name: string; value: string; note: string }) {
  const content = (
    <>
      <span className="tile-name">{props.name}</span>
      <strong>{props.value}</strong>
      <small>{props.note}</small>
    </>
  );
  return (
    <li className={`tile tone-${props.tone}`}>
      {props.href ? <Link href={props.href}>{content}</Link> : <div>{content}</div>}
    </li>
  );
}

/** For screen readers: not each change, but now and then where things stand. */
function Said({ text }: { text: string }) {
  const [said, setSaid] = useState({ text, at: Date.now() });
  if (text !== said.text && Date.now() > said.at + SAID_EVERY_MS) setSaid({ text, at: Date.now() });
  return (
    <p className="sr-only" aria-live="polite">
      {said.text}
    </p>
  );
}

function Charts({ cluster, window }: { cluster: Cluster; window: Window }) {
  const { spans, load } = cluster;
  const shape = useMemo(
    () => ({
      times: spans.map(({ at }) => Date.parse(at) / 1_000),
      done: [
        {
          name: "done each second",
          color: "--accent",
          values: spans.map(({ load }) => load.perSecond),
        },
      ],
      waits: [
        {
          name: "95 %",
          color: "--pending",
          values: spans.map(({ load }) => load.wait.p95),
        },
        {
          name: "half",
          color: "--accent",
          values: spans.map(({ load }) => load.wait.p50),
        },
      ],
    }),
    [spans],
  );
  return (
    <>
      <Chart
        title="Throughput"
        times={shape.times}
        series={shape.done}
        say={(value) => `${rate(value)}/s`}
        summary={`${rate(load.perSecond)} a second over the last minute`}
        isArea
        aside={
          <fieldset className="chips">
            <legend className="sr-only">How far back</legend>
            {WINDOWS.map(([name, each]) => (
              <button
                key={each}
                type="button"
                aria-pressed={window === each}
                onClick={() => navigate(withParams({ window: each }))}
              >
                {name}
              </button>
            ))}
          </fieldset>
        }
      />
      <Chart
        title="Wait"
        times={shape.times}
        series={shape.waits}
        say={duration}
        summary={`95 % waited less than ${duration(load.wait.p95)} in the last minute`}
      />
    </>
  );
}

function Nodes({ cluster }: { cluster: Cluster }) {
  return (
    <Panel title="Nodes" aside={<Link href="/app/nodes">Steer them</Link>}>
      {cluster.workerNodes.length ? (
        <ul className="nodes">
          {cluster.workerNodes.map((node) => (
            <li key={node.name}>
              <Link href={`/app/tasks?node=${encodeURIComponent(node.name)}`}>{node.name}</Link>
              <NodeState node={node} />
              <Slots busy={node.busySlots} all={node.slots} />
              <span className="muted number">{rate(node.load.perSecond)}/s</span>
            </li>
          ))}
        </ul>
      ) : (
        <Empty>No node has joined yet. Nothing runs until one does.</Empty>
      )}
    </Panel>
  );
}

function Feed() {
  const { data, error } = useLive(Newest, { count: FEED }, () => false);
  const [grown, setGrown] = useState<Line[]>([]);
  useLog((lines) => lines && setGrown((known) => [...known, ...lines].slice(-FEED)));
  const known = new Map(
    [...(data?.clusterEvents.events ?? []), ...grown].map((line) => [line.cursor, line]),
  );
  const lines = [...known.values()].slice(-FEED).reverse();
  return (
    <Panel title="As it happens" aside={<Link href="/app/events">The whole log</Link>}>
      {lines.length ? (
        <ol className="feed">
          {lines.map((line) => (
            <li key={line.cursor}>
              <Time at={line.at} />
              <What line={line} />
              <span className="feed-about">
                <About line={line} />
              </span>
              <span className="muted">{line.taskCount > 0 && line.workerNode?.name}</span>
            </li>
          ))}
        </ol>
      ) : data ? (
        <Empty>
          Nothing has happened yet. <Steering>Submit a sum.</Steering>
        </Empty>
      ) : (
        <Waiting error={error} />
      )}
    </Panel>
  );
}
