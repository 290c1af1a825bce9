/** A page of the log, newest first. Without a cursor it is the live end of the log. */

import { type ReactNode, useMemo, useState } from "react";
import { Icon } from "../../components/icon";
import { Pager } from "../../components/page/pager";
import { Loading, QueryError } from "../../components/page/states";
import { type ClusterEvent, EventFields, useEvents } from "../../lib/api/events";
import { useLiveQuery } from "../../lib/api/live";
import { type ClusterEventKind, graphql } from "../../lib/api/schema";
import { plural } from "../../lib/format";
import { useFrozen, useHold } from "../../lib/hold";
import { withParams } from "../../lib/routing/router";
import { EventTable } from "./event-table";
import { mergeEvents, ofKinds } from "./merge";

const PAGE_SIZE = 50;
const SHOWN_MAX = 200;

export const EventsQuery = graphql(
  `
    query Events($before: String, $count: Int!, $kinds: [ClusterEventKind!]) {
      clusterEvents(before: $before, count: $count, kinds: $kinds) {
        events {
          ...EventFields
        }
        cursor
      }
    }
  `,
  [EventFields],
);

export function eventsVariables(before: string | null, kinds: ClusterEventKind[] | undefined) {
  return { before, count: PAGE_SIZE, kinds };
}

type EventsBeforeProps = {
  before: string | null;
  kinds: ClusterEventKind[] | undefined;
  topics: ReactNode;
};

export function EventsBefore({ before, kinds, topics }: EventsBeforeProps) {
  const isLive = before === null;
  const { data, error } = useLiveQuery(EventsQuery, eventsVariables(before, kinds), () => false);
  const [arrived, setArrived] = useState<ClusterEvent[]>([]);
  const [isPaused, setIsPaused] = useState(false);
  const hold = useHold();

  useEvents((events) => {
    if (!isLive) return;
    // After a gap the query has them all.
    setArrived((before) => (events ? mergeEvents(before, ofKinds(events, kinds), SHOWN_MAX) : []));
  });

  const page = data?.clusterEvents.events;
  const newest = useMemo(() => page && mergeEvents(page, arrived, SHOWN_MAX), [page, arrived]);
  const [events, showNewest] = useFrozen(newest, isLive && (isPaused || hold.isHeld));
  const waiting = events && newest ? countAfter(newest, events) : 0;
  const oldest = events?.[0];
  const isMore = page && events && (page.length === PAGE_SIZE || events.length === SHOWN_MAX);
  return (
    <>
      <div className="toolbar">
        {topics}
        {isLive && (
          <button type="button" aria-pressed={isPaused} onClick={() => setIsPaused(!isPaused)}>
            <Icon name={isPaused ? "play" : "pause"} /> {isPaused ? "Resume" : "Pause"}
          </button>
        )}
        {waiting > 0 && (
          <button type="button" className="new-rows" onClick={showNewest}>
            Show {plural(waiting, "new event")}
          </button>
        )}
      </div>
      <QueryError error={data && error} />
      {!events ? (
        <Loading error={error} />
      ) : (
        <>
          <div {...hold.handlers}>
            <EventTable events={[...events].reverse()} isLive={isLive} />
          </div>
          <Pager
            newer={before !== null && withParams({ before: undefined, after: before })}
            older={isMore && oldest && withParams({ before: oldest.cursor })}
          >
            {plural(events.length, "event")}
          </Pager>
        </>
      )}
    </>
  );
}

/** How many events are newer than those shown. */
function countAfter(newest: readonly ClusterEvent[], shown: readonly ClusterEvent[]): number {
  const last = shown.at(-1)?.cursor;
  return newest.length - 1 - newest.findLastIndex(({ cursor }) => cursor === last);
}
