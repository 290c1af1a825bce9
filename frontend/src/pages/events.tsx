/** The log of the cluster: its end as it grows, and from any place in it, back or forth. */

import { useEffect, useState } from "react";
import { useQuery } from "urql";
import { graphiqlUrl } from "../api";
import { plural } from "../format";
import { Icon } from "../icons";
import { TOPICS } from "../kinds";
import { followLog, type Line, Log, LogLine, useLog } from "../log";
import { Empty, Page, Pager, Table, Time, Waiting } from "../parts";
import { Link, navigate, useParams, withParams } from "../router";
import { type ClusterEventKind, graphql } from "../schema";
import { About, What } from "./line";

const PAGE = 50;
const SHOWN = 200;
const GAP = "The log does not go back to this place. This is what it still has.";
const NOWHERE = "This is no place in the log. Go to its end.";

const EventsPage = graphql(
  `
    query Events($before: String, $count: Int!, $kinds: [ClusterEventKind!]) {
      clusterEvents(before: $before, count: $count, kinds: $kinds) {
        events {
          ...LogLine
        }
        cursor
      }
    }
  `,
  [LogLine],
);

type Kinds = ClusterEventKind[] | undefined;

export function Events() {
  const params = useParams();
  const topic = params.get("topic") ?? "";
  const after = params.get("after");
  const before = params.get("before");
  const kinds = TOPICS[topic];
  const variables = { before, count: PAGE, kinds };
  return (
    <Page
      title="Events"
      lead={
        after
          ? "What came after a place in the log, the oldest first"
          : "All that happened in the cluster, the newest first"
      }
      query={after ? Log : EventsPage}
      variables={after ? { after } : variables}
      actions={
        <>
          {(after || before) && (
            <Link className="button" href={withParams({ after: undefined, before: undefined })}>
              <Icon name="pulse" /> To the end of the log
            </Link>
          )}
          <a className="button" href={graphiqlUrl(Log)}>
            <Icon name="code" /> Subscribe to it
          </a>
        </>
      }
    >
      <fieldset className="chips filters">
        <legend className="sr-only">Topic</legend>
        {["", ...Object.keys(TOPICS)].map((name) => (
          <button
            key={name}
            type="button"
            aria-pressed={topic === name}
            onClick={() => navigate(withParams({ topic: name }))}
          >
            {name || "All"}
          </button>
        ))}
      </fieldset>
      {after ? (
        <Onwards key={after + topic} after={after} kinds={kinds} />
      ) : (
        <Backwards key={(before ?? "") + topic} before={before} kinds={kinds} />
      )}
    </Page>
  );
}

/** A page of the log; the last one grows. */
function Backwards({ before, kinds }: { before: string | null; kinds: Kinds }) {
  const [{ data, error }, ask] = useQuery({
    query: EventsPage,
    variables: { before, count: PAGE, kinds },
  });
  const [grown, setGrown] = useState<Line[]>([]);
  const [isPaused, setIsPaused] = useState(false);

  useLog((lines) => {
    if (before || isPaused) return;
    if (!lines) {
      setGrown([]);
      ask();
    } else {
      const fitting = lines.filter((line) => !kinds || kinds.includes(line.kind));
      if (fitting.length) setGrown((known) => [...known, ...fitting].slice(-SHOWN));
    }
  });

  if (!data) return <Waiting error={error} />;
  const page = data.clusterEvents.events;
  const lines = distinct([...page, ...grown]).slice(-SHOWN);
  const oldest = lines[0];
  const isMore = page.length === PAGE || lines.length === SHOWN;
  return (
    <>
      {!before && (
        <p className="tail">
          <button type="button" aria-pressed={isPaused} onClick={() => setIsPaused(!isPaused)}>
            <Icon name={isPaused ? "play" : "pause"} /> {isPaused ? "Go on" : "Hold still"}
          </button>
          <span className="sr-only" aria-live="polite">
            {grown.length ? `${plural(grown.length, "line")} since this page was opened` : ""}
          </span>
        </p>
      )}
      <Lines lines={[...lines].reverse()} />
      <Pager
        newer={before !== null && withParams({ before: undefined, after: before })}
        older={isMore && oldest && withParams({ before: oldest.cursor })}
      >
        {plural(lines.length, "line")}
      </Pager>
    </>
  );
}

/** What followed a place in the log, and goes on following. */
function Onwards({ after, kinds }: { after: string; kinds: Kinds }) {
  const [lines, setLines] = useState<Line[]>([]);
  const [trouble, setTrouble] = useState("");
  useEffect(() => {
    let place = after;
    return followLog(
      () => place,
      (message) => {
        place = message.cursor;
        if (message.__typename === "StreamGap") setTrouble(GAP);
        if (message.__typename === "EventBatch" && message.events.length)
          setLines((known) => (known.length < SHOWN ? [...known, ...message.events] : known));
      },
      () => setTrouble(NOWHERE),
    );
  }, [after]);
  const fitting = lines.filter((line) => !kinds || kinds.includes(line.kind));
  const last = lines.at(-1);
  return (
    <>
      {trouble && (
        <p className="problem" role="alert">
          <Icon name="alert" /> {trouble}
        </p>
      )}
      <Lines lines={fitting} />
      <Pager older={lines.length >= SHOWN && last && withParams({ after: last.cursor })}>
        {plural(fitting.length, "line")}
      </Pager>
    </>
  );
}

function distinct(lines: Line[]): Line[] {
  return [...new Map(lines.map((line) => [line.cursor, line])).values()];
}

function Lines({ lines }: { lines: Line[] }) {
  if (!lines.length) return <Empty>Nothing has happened here yet.</Empty>;
  return (
    <Table
      caption="Events"
      head={
        <>
          <th scope="col">When</th>
          <th scope="col">What</th>
          <th scope="col">About</th>
          <th scope="col">Queue</th>
          <th scope="col">Node</th>
          <th scope="col">Message</th>
          <th scope="col">
            <span className="sr-only">Place</span>
          </th>
        </>
      }
    >
      {lines.map((line) => (
        <tr key={line.cursor}>
          <td>
            <Time at={line.at} />
          </td>
          <td>
            <What line={line} />
          </td>
          <td>
            <About line={line} />
          </td>
          <td>{line.queue}</td>
          <td>{line.workerNode?.name}</td>
          <td>
            {line.message}
            {line.actor && <span className="muted"> by {line.actor}</span>}
          </td>
          <td>
            <Link href={withParams({ after: line.cursor, before: undefined })}>from here</Link>
          </td>
        </tr>
      ))}
    </Table>
  );
}
