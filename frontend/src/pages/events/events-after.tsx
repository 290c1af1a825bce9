/** The events after a cursor, oldest first, and those that follow. */

import { type ReactNode, useEffect, useState } from "react";
import { Pager } from "../../components/page/pager";
import { Callout } from "../../components/page/states";
import { type ClusterEvent, followEvents } from "../../lib/api/events";
import type { ClusterEventKind } from "../../lib/api/schema";
import { plural } from "../../lib/format";
import { withParams } from "../../lib/routing/router";
import { EventTable } from "./event-table";
import { ofKinds } from "./merge";

const SHOWN_MAX = 200;
const GAP =
  "The log no longer has the events right after this permalink. These are the oldest it has.";
const INVALID = "Invalid cursor. Jump to the latest events instead.";

type EventsAfterProps = {
  after: string;
  kinds: ClusterEventKind[] | undefined;
  topics: ReactNode;
};

export function EventsAfter({ after, kinds, topics }: EventsAfterProps) {
  const [events, setEvents] = useState<ClusterEvent[]>([]);
  const [problem, setProblem] = useState("");
  useEffect(() => {
    let cursor = after;
    setEvents([]);
    return followEvents(
      () => cursor,
      (message) => {
        cursor = message.cursor;
        if (message.__typename === "StreamGap") setProblem(GAP);
        if (message.__typename === "EventBatch" && message.events.length)
          setEvents((known) => (known.length < SHOWN_MAX ? [...known, ...message.events] : known));
      },
      () => setProblem(INVALID),
    );
  }, [after]);
  const matching = ofKinds(events, kinds);
  const last = events.at(-1);
  return (
    <>
      <div className="toolbar">{topics}</div>
      {problem && (
        <div role="alert">
          <Callout tone="failed" icon="alert">
            {problem}
          </Callout>
        </div>
      )}
      {problem !== INVALID && <EventTable events={matching} />}
      <Pager older={events.length >= SHOWN_MAX && last && withParams({ after: last.cursor })}>
        {plural(matching.length, "event")}
      </Pager>
    </>
  );
}
