/** Data that stays up to date: queries that run again after events, and subscriptions. */

import { useEffect, useRef, useState } from "react";
import { CombinedError, stringifyDocument, type TypedDocumentNode } from "urql";
import { type AnyDocument, client, socket } from "./client";
import { isTransient } from "./errors";
import { type ClusterEvent, useEvents } from "./events";
import { sessionIsActive } from "./session";

const MIN_INTERVAL_MS = 300;
const RETRY_MS = 2_000;
const CACHE_SIZE = 40;

/** The latest data, the latest error, or both if an update failed. */
export type Answer<Data> = { data?: Data; error?: CombinedError };

/** Recent answers, so that a page that is visited again shows something at once. */
const cache = new Map<string, unknown>();

function cacheKey(document: AnyDocument, variables: object): string {
  return stringifyDocument(document) + JSON.stringify(variables);
}

function remember(key: string, data: unknown) {
  cache.delete(key);
  cache.set(key, data);
  const [oldest] = cache.keys();
  if (cache.size > CACHE_SIZE && oldest !== undefined) cache.delete(oldest);
}

/** The answer to an operation that `start` keeps current. It begins anew with other variables. */
function useAnswer<Data>(
  key: string,
  isActive: boolean,
  start: (update: (answer: Answer<Data>) => void) => () => void,
): Answer<Data> {
  const [state, setState] = useState<{ key: string; answer: Answer<Data> }>();
  const latest = useRef(start);
  latest.current = start;
  useEffect(() => {
    if (!isActive) return;
    return latest.current((answer) => {
      if (answer.data) remember(key, answer.data);
      setState((before) => ({
        key,
        answer: {
          data: answer.data ?? (before?.key === key ? before.answer.data : undefined),
          error: answer.error,
        },
      }));
    });
  }, [key, isActive]);
  const answer = state?.key === key ? state.answer : {};
  return { data: answer.data ?? (cache.get(key) as Data | undefined), error: answer.error };
}

/**
 * A query that runs again when an event affects it, and after failures until it succeeds.
 *
 * @param isAffected decides whether an event may change the answer, given the present one.
 * @param pollMs is the interval at which it runs again in any case, if events do not tell all.
 */
export function useLiveQuery<Data, Variables extends object>(
  document: TypedDocumentNode<Data, Variables>,
  variables: Variables,
  isAffected: (event: ClusterEvent, data: Data | undefined) => boolean,
  { isActive = true, pollMs }: { isActive?: boolean; pollMs?: number } = {},
): Answer<Data> {
  const refresh = useRef(() => {});
  const answer = useAnswer<Data>(cacheKey(document, variables), isActive, (update) => {
    let isStopped = false;
    let isRunning = false;
    let isOutdated = false;
    let timer: ReturnType<typeof setTimeout> | undefined;

    async function run() {
      if (isRunning || timer) {
        isOutdated = true;
        return;
      }
      isRunning = true;
      isOutdated = false;
      await sessionIsActive();
      const started = performance.now();
      const { data, error } = await client.query(document, variables).toPromise();
      isRunning = false;
      if (isStopped) return;
      update({ data, error });
      timer = setTimeout(
        () => {
          timer = undefined;
          if (isOutdated || (error && isTransient(error))) void run();
        },
        // A slow query rests as long as it takes: it does not run all the time.
        Math.max(error ? RETRY_MS : MIN_INTERVAL_MS, performance.now() - started),
      );
    }

    refresh.current = () => void run();
    void run();
    const polling = pollMs && setInterval(refresh.current, pollMs);
    return () => {
      isStopped = true;
      clearInterval(polling);
      clearTimeout(timer);
      refresh.current = () => {};
    };
  });

  useEvents((events) => {
    if (!events || events.some((event) => isAffected(event, answer.data))) refresh.current();
  });
  return answer;
}

/** A subscription whose messages each replace the last one. It starts again whenever it ends. */
export function useLiveSubscription<Data, Variables extends Record<string, unknown>>(
  document: TypedDocumentNode<Data, Variables>,
  variables: Variables,
): Answer<Data> {
  return useAnswer<Data>(cacheKey(document, variables), true, (update) => {
    let isStopped = false;
    let unsubscribe = () => {};
    function start() {
      if (isStopped) return;
      unsubscribe = socket.subscribe<Data>(
        { query: stringifyDocument(document), variables },
        {
          next: ({ data, errors }) =>
            update({
              data: data ?? undefined,
              error: errors && new CombinedError({ graphQLErrors: [...errors] }),
            }),
          error: (reason) => {
            if (Array.isArray(reason))
              update({ error: new CombinedError({ graphQLErrors: reason }) });
            restart();
          },
          complete: restart,
        },
      );
    }
    function restart() {
      setTimeout(start, RETRY_MS);
    }
    start();
    return () => {
      isStopped = true;
      unsubscribe();
    };
  });
}
