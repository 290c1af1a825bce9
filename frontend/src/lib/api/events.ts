/**
 * The event log of the cluster, followed by one subscription for all components.
 *
 * The stream resumes from its cursor after a reconnect, so that no event is missed. Listeners
 * receive events in batches, one per animation frame.
 */

import { useEffect, useRef } from "react";
import { stringifyDocument } from "urql";
import { socket } from "./client";
import { graphql, type ResultOf } from "./schema";

export const EventFields = graphql(`
  fragment EventFields on ClusterEvent {
    cursor
    kind
    at
    actor
    message
    queue
    previousStatus
    status
    taskCount
    tasks(first: 1) {
      uuid
      a
      b
      result
    }
    scheduleIds
    workerNode {
      name
    }
  }
`);

export const EventStream = graphql(
  `
    subscription EventStream($after: String) {
      clusterEvents(after: $after) {
        __typename
        ... on EventBatch {
          events {
            ...EventFields
          }
          cursor
          caughtUp
        }
        ... on StreamHeartbeat {
          cursor
        }
        ... on StreamGap {
          cursor
        }
      }
    }
  `,
  [EventFields],
);

export type ClusterEvent = ResultOf<typeof EventFields>;
type Message = ResultOf<typeof EventStream>["clusterEvents"];
/** Receives events in order; null if events were missed and anything may have changed. */
type Listener = (events: ClusterEvent[] | null) => void;

const RESTART_MS = 2_000;
const HIDDEN_PAGE_MS = 1_000;

/**
 * Follow the log after a cursor, or from its end.
 *
 * @param cursor is read anew with each connection.
 * @param onRefused is called if the server does not accept the cursor.
 * @returns a function that stops following.
 */
export function followEvents(
  cursor: () => string | null,
  onMessage: (message: Message) => void,
  onRefused?: () => void,
) {
  let isStopped = false;
  let unsubscribe = () => {};
  function start() {
    if (isStopped) return;
    unsubscribe = socket.subscribe<ResultOf<typeof EventStream>>(
      {
        query: stringifyDocument(EventStream),
        variables: {
          get after() {
            return cursor();
          },
        },
      },
      {
        next: ({ data }) => data && onMessage(data.clusterEvents),
        error: (reason) => (onRefused && Array.isArray(reason) ? onRefused() : restart()),
        complete: restart,
      },
    );
  }
  function restart() {
    setTimeout(start, RESTART_MS);
  }
  start();
  return () => {
    isStopped = true;
    unsubscribe();
  };
}

let streamCursor: string | null = null;
let pending: ClusterEvent[] = [];
let isComplete = true;
let isScheduled = false;
const listeners = new Set<Listener>();

/** Call once: starts the stream for all listeners. */
export function startEventStream() {
  followEvents(() => streamCursor, receive);
}

function receive(message: Message) {
  if (streamCursor === null || message.__typename === "StreamGap") isComplete = false;
  if (message.__typename === "EventBatch") pending.push(...message.events);
  streamCursor = message.cursor;
  if ((pending.length || !isComplete) && !isScheduled) {
    isScheduled = true;
    // A hidden page has no animation frames.
    if (document.hidden) setTimeout(deliver, HIDDEN_PAGE_MS);
    else requestAnimationFrame(deliver);
  }
}

function deliver() {
  const events = isComplete ? pending : null;
  pending = [];
  isComplete = true;
  isScheduled = false;
  for (const listener of listeners) listener(events);
}

/** Call the listener with each batch of events while the component is mounted. */
export function useEvents(listener: Listener) {
  const latest = useRef(listener);
  latest.current = listener;
  useEffect(() => {
    const listen: Listener = (events) => latest.current(events);
    listeners.add(listen);
    return () => {
      listeners.delete(listen);
    };
  }, []);
}
