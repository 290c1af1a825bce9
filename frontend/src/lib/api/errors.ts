/** Errors of the API as sentences for people. */

import type { CombinedError } from "urql";
import type { UserError } from "./schema";

const UNREACHABLE = "Can't reach the server.";

/** What went wrong with a request, as one or more sentences. */
export function describeError(error: CombinedError): string {
  const response: Response | undefined = error.response;
  if (response?.status === 401) return "Your session has expired. Log in again to continue.";
  if (response?.status === 429) {
    const seconds = response.headers.get("Retry-After");
    return `Too many requests. Try again in ${seconds ?? "a few"} seconds.`;
  }
  if (response?.status === 503) return "The database is unavailable. Try again in a few seconds.";
  if (error.networkError) return UNREACHABLE;
  return error.graphQLErrors.map(({ message }) => message).join(" ");
}

/** As describeError, for what is repeated until it succeeds. */
export function describeRetriedError(error: CombinedError): string {
  return isTransient(error) ? `${describeError(error)} Retrying…` : describeError(error);
}

const TRANSIENT_STATUSES = new Set([401, 429, 502, 503, 504]);
const TRANSIENT_CODES = new Set<unknown>(["DATABASE_AWAY", "DATABASE_UNAVAILABLE", "RATE_LIMITED"]);

/** Whether the same request may succeed later. */
export function isTransient(error: CombinedError): boolean {
  if (error.networkError || TRANSIENT_STATUSES.has(error.response?.status)) return true;
  return error.graphQLErrors.some(({ extensions }) => TRANSIENT_CODES.has(extensions.code));
}

const INVALID_VALUE = /^Variable '\$input' has invalid value at (\S+): (.*)$/s;
const SCALAR_ERROR = /but encountered error '(.*)'; found/s;

/**
 * The errors of a request as errors of its fields.
 *
 * A value that is not of its type is refused before the mutation runs. The server then names the
 * field only in the text of the message.
 */
export function userErrorsOf(error: CombinedError): UserError[] {
  if (!error.graphQLErrors.length) return [{ field: [], message: describeError(error) }];
  return error.graphQLErrors.map(({ message }) => {
    const [, path, text] = INVALID_VALUE.exec(message) ?? [];
    if (path === undefined || text === undefined) return { field: [], message };
    const reason = SCALAR_ERROR.exec(text)?.[1] ?? text;
    return {
      field: ["input", ...(path.match(/\w+/g) ?? [])],
      message: `Invalid value: ${reason}.`,
    };
  });
}
