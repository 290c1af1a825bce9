/** Follows the changes of tasks, across lost connections and restarts of the server. */

import type { GraphQLFormattedError } from "graphql";
import { type Client, ClientError, messagesOf } from "./client.js";
import {
  GetCursorDocument,
  type TaskChangeFragment,
  TaskStatusChangedDocument,
  type TaskStatusChangedSubscriptionVariables,
} from "./generated.js";

const BACKOFF_MS_MIN = 250;
const BACKOFF_MS_MAX = 10_000;
/** The server is busy; the same request may succeed later. */
const TRANSIENT_CODES = ["DATABASE_UNAVAILABLE", "RATE_LIMITED", "TOO_MANY_CONNECTIONS"];

/** Changes are missing, because the event log no longer contains them. Read the tasks again. */
export class Gap {
  /** The position of the event log from which the changes continue. */
  constructor(readonly cursor: string) {}
}

export interface FollowOptions {
  /** The cursor to resume from, of a change, a gap or a query. By default, it begins now. */
  after?: string;
  /** The condition that the changes match. By default, all changes. */
  where?: TaskStatusChangedSubscriptionVariables["where"];
  /** Ends the loop when it is aborted. */
  signal?: AbortSignal;
  /** Receives the reason before each attempt to reconnect. */
  onRetry?: (reason: unknown, delayMs: number) => void;
}

/**
 * Yield each change of each task, in order, and a `Gap` where changes are missing.
 *
 * If the connection is lost or does not respond, the client reconnects and resumes after the last
 * change that it yielded. It waits longer after each failed attempt, at most 10 seconds.
 *
 * If the program takes more than 3 seconds between two changes, the server may leave out all but the
 * newest change of a task. `coalesced` of that change is the number of those left out.
 *
 * @throws ClientError if the server refuses the operation or the credentials. Without `after`, also
 * TypeError if the server does not answer the first request.
 */
export async function* followTasks(
  client: Client,
  { after, where, signal, onRetry }: FollowOptions = {},
): AsyncGenerator<TaskChangeFragment | Gap, void> {
  let cursor = after ?? (await client.request(GetCursorDocument)).cluster.cursor;
  let attempts = 0;
  while (!signal?.aborted) {
    let reason: unknown = "The server ended the subscription";
    const results = client.subscribe(TaskStatusChangedDocument, { where, after: cursor });
    const stop = () => void results.return?.();
    signal?.addEventListener("abort", stop);
    try {
      for await (const { data, errors } of results) {
        if (errors?.length) throw errors;
        if (!data) continue;
        attempts = 0;
        cursor = data.taskStatusChanged.cursor;
        yield data.taskStatusChanged;
      }
    } catch (error) {
      reason = error;
      const gap = gapOf(error);
      if (gap) {
        cursor = gap.cursor;
        yield gap;
      } else if (!isTransient(error)) {
        throw refusalOf(error);
      }
    } finally {
      signal?.removeEventListener("abort", stop);
    }
    if (signal?.aborted) return;
    const delay =
      (Math.min(BACKOFF_MS_MIN * 2 ** attempts++, BACKOFF_MS_MAX) * (1 + Math.random())) / 2;
    onRetry?.(reason, delay);
    await elapsed(delay, signal);
  }
}

function gapOf(error: unknown): Gap | undefined {
  const gap = errorsOf(error)?.find(({ extensions }) => extensions?.code === "STREAM_GAP");
  return gap && new Gap(String(gap.extensions?.cursor));
}

/** Return whether the same request may succeed later. */
function isTransient(error: unknown): boolean {
  const errors = errorsOf(error);
  if (errors)
    return errors.every((each) => TRANSIENT_CODES.includes(String(each.extensions?.code)));
  const code = closeCodeOf(error);
  // A connection that cannot be opened is an event of the WebSocket.
  if (code === undefined) return !(error instanceof Error);
  // The codes from 4400 mirror the client errors of HTTP. 4408 is a timeout, and with 4499 this
  // client ends a connection that does not respond.
  return code < 4400 || code >= 4500 || code === 4408 || code === 4499;
}

function refusalOf(error: unknown): unknown {
  const errors = errorsOf(error);
  if (errors) return new ClientError(messagesOf(errors), errors);
  const code = closeCodeOf(error);
  if (code === undefined) return error;
  const { reason } = error as { reason?: string };
  return new ClientError(`The server refused the connection: ${code} ${reason ?? ""}`);
}

function errorsOf(error: unknown): readonly GraphQLFormattedError[] | undefined {
  return Array.isArray(error) ? error : undefined;
}

function closeCodeOf(error: unknown): number | undefined {
  const code = (error as { code?: unknown } | undefined)?.code;
  return typeof code === "number" ? code : undefined;
}

/** Wait, or return at once when the signal is aborted. */
function elapsed(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, ms);
    signal?.addEventListener("abort", done, { once: true });
    function done() {
      clearTimeout(timer);
      signal?.removeEventListener("abort", done);
      resolve();
    }
  });
}
