/**
 * The log of the cluster, followed once for all pages: what has changed is known from it.
 *
 * It goes on from its cursor after a reconnect, so that nothing is missed. Lines are told in
 * batches, one for each frame.
 */

import { useEffect, useRef, useState } from "react";
import { type CombinedError, stringifyDocument, type TypedDocumentNode } from "urql";
import { client, socket } from "./api";
import { graphql, type ResultOf } from "./schema";

export const LogLine = graphql(`
  fragment LogLine on ClusterEvent {
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

export const Log = graphql(
  `
    subscription Log($after: String) {
      clusterEvents(after: $after) {
        __typename
        ... on EventBatch {
          events {
            ...LogLine
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
  [LogLine],
);

export type Line = ResultOf<typeof LogLine>;
export type Message = ResultOf<typeof Log>["clusterEvents"];
/** Some lines in order; null if anything may have changed. */
type Listener = (lines: Line[] | null) => void;

const RESTART_MS = 2_000;
const HIDDEN_MS = 1_000;

/**
 * Follow the log from a place, or from its end; the place is read anew with each connection.
 * It is refused if it is no place of any log.
 */
export function followLog(
  place: () => string | null,
  take: (message: Message) => void,
  refused?: () => void,
) {
  let isOver = false;
  let stop: () => void;
  function begin() {
    stop = socket.subscribe<ResultOf<typeof Log>>(
      {
        query: stringifyDocument(Log),
        variables: {
          get after() {
            return place();
          },
        },
      },
      {
        next: ({ data }) => data && take(data.clusterEvents),
        error: (reason) => (refused && Array.isArray(reason) ? refused() : again()),
        complete: again,
      },
    );
  }
  function again() {
    setTimeout(() => isOver || begin(), RESTART_MS);
  }
  begin();
  return () => {
    isOver = true;
    stop();
  };
}

let cursor: string | null = null;
let waiting: Line[] = [];
let isComplete = true;
let isScheduled = false;
const listeners = new Set<Listener>();

/** Once, for all that listen. */
export function openLog() {
  followLog(() => cursor, take);
}

function take(message: Message) {
  if (cursor === null || message.__typename === "StreamGap") isComplete = false;
  if (message.__typename === "EventBatch") waiting.push(...message.events);
  cursor = message.cursor;
  if ((waiting.length || !isComplete) && !isScheduled) {
    isScheduled = true;
    // A page that nobody sees has no frames.
    if (document.hidden) setTimeout(tell, HIDDEN_MS);
    else requestAnimationFrame(tell);
  }
}

function tell() {
  const lines = isComplete ? waiting : null;
  waiting = [];
  isComplete = true;
  isScheduled = false;
  for (const listener of listeners) listener(lines);
}

export function useLog(listener: Listener) {
  const latest = useRef(listener);
  latest.current = listener;
  useEffect(() => {
    const listen: Listener = (lines) => latest.current(lines);
    listeners.add(listen);
    return () => {
      listeners.delete(listen);
    };
  }, []);
}

const AGAIN_MS = 300;
const RETRY_MS = 2_000;

/** An answer, or what went wrong since; both if it was there before. */
export type Answer<Data> = { data?: Data; error?: CombinedError };

/** A query that is asked again when the log tells of something that concerns it. */
export function useLive<Data, Variables extends object>(
  document: TypedDocumentNode<Data, Variables>,
  variables: Variables,
  concerns: (line: Line, data: Data | undefined) => boolean,
): Answer<Data> {
  const key = JSON.stringify(variables);
  const [answer, setAnswer] = useState<Answer<Data>>({});
  const refresh = useRef(() => {});

  useEffect(() => {
    let isOver = false;
    let isAsking = false;
    let isStale = false;
    let timer: ReturnType<typeof setTimeout> | undefined;

    async function ask() {
      if (isAsking || timer) {
        isStale = true;
        return;
      }
      isAsking = true;
      isStale = false;
      const { data, error } = await client.query(document, variables).toPromise();
      if (isOver) return;
      isAsking = false;
      setAnswer((before) => (error ? { data: data ?? before.data, error } : { data }));
      timer = setTimeout(
        () => {
          timer = undefined;
          if (isStale || error?.networkError) void ask();
        },
        error ? RETRY_MS : AGAIN_MS,
      );
    }

    refresh.current = () => void ask();
    void ask();
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
  }, [document, key]);

  useLog((lines) => {
    if (!lines || lines.some((line) => concerns(line, answer.data))) refresh.current();
  });
  return answer;
}
