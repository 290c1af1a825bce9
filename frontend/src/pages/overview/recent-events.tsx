/** The newest events of the log, as they happen. */

import { useMemo, useState } from "react";
import { EventBadge, EventResource } from "../../components/events/event";
import { Panel } from "../../components/page/panel";
import { EmptyState, Loading } from "../../components/page/states";
import { Time } from "../../components/time";
import { type ClusterEvent, EventFields, useEvents } from "../../lib/api/events";
import { useLiveQuery } from "../../lib/api/live";
import { graphql } from "../../lib/api/schema";
import { useFrozen, useHold } from "../../lib/hold";
import { Link } from "../../lib/routing/router";
import "./recent-events.css";

const SHOWN = 14;

const RecentEventsQuery = graphql(
  `
    query RecentEvents($count: Int!) {
      clusterEvents(count: $count) {
        events {
          ...EventFields
        }
      }
    }
  `,
  [EventFields],
);

export function RecentEvents() {
  const { data, error } = useLiveQuery(RecentEventsQuery, { count: SHOWN }, () => false);
  const [arrived, setArrived] = useState<ClusterEvent[]>([]);
  useEvents((events) =>
    setArrived((before) => (events ? [...before, ...events].slice(-SHOWN) : [])),
  );
  const newest = useMemo(() => {
    const known = new Map(
      [...(data?.clusterEvents.events ?? []), ...arrived].map((event) => [event.cursor, event]),
    );
    return [...known.values()].slice(-SHOWN).reverse();
  }, [data, arrived]);
  const hold = useHold();
  const [events] = useFrozen(newest, hold.isHeld);
  return (
    <Panel
      title="Recent events"
      className="area-events"
      aside={
        <span className="aside">
          {hold.isHeld && <span className="muted">Paused while you point at it</span>}
          <Link href="/app/events">View all</Link>
        </span>
      }
    >
      {events.length ? (
        <ol className="recent-events" {...hold.handlers}>
          {events.map((event, index) => (
            // Lines keep their place and change their content, so that nothing on the page moves.
            // biome-ignore lint/suspicious/noArrayIndexKey: see above.
            <li key={index}>
              <Time at={event.at} compact />
              <EventBadge kind={event.kind} />
              <span className="resource">
                <EventResource event={event} />
              </span>
              <span className="muted node">{event.taskCount > 0 && event.workerNode?.name}</span>
            </li>
          ))}
        </ol>
      ) : data ? (
        <EmptyState>Events appear here when tasks are created and run.</EmptyState>
      ) : (
        <Loading error={error} />
      )}
    </Panel>
  );
}
