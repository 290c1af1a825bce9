import { CombinedError } from "urql";
import { describe, expect, test } from "vitest";
import { describeError, describeRetriedError, isTransient, userErrorsOf } from "./errors";

function refused(status: number, headers = {}) {
  const response = new Response(null, { status, headers });
  return new CombinedError({ networkError: new Error("refused"), response });
}

function invalid(message: string, extensions = {}) {
  return new CombinedError({ graphQLErrors: [{ message, extensions }] });
}

describe("describeError", () => {
  test.each([
    [refused(401), "Your session has expired. Log in again to continue."],
    [refused(429, { "Retry-After": "7" }), "Too many requests. Try again in 7 seconds."],
    [refused(503), "The database is unavailable. Try again in a few seconds."],
    [new CombinedError({ networkError: new Error("refused") }), "Can't reach the server."],
    [invalid("`count` must be from 1 to 100."), "`count` must be from 1 to 100."],
  ])("%s", (error, text) => {
    expect(describeError(error)).toBe(text);
  });

  test("says of an error that may pass that the request is repeated", () => {
    expect(describeRetriedError(refused(503))).toMatch(/Retrying…$/);
    expect(describeRetriedError(invalid("No."))).toBe("No.");
  });
});

test("a lost connection, an overload and an absent database are transient", () => {
  expect([refused(429), refused(503)].every(isTransient)).toBe(true);
  expect(isTransient(invalid("Wait.", { code: "RATE_LIMITED" }))).toBe(true);
  expect(isTransient(invalid("Wrong."))).toBe(false);
});

describe("userErrorsOf", () => {
  test("names the field of a value that is not of its type", () => {
    const message =
      "Variable '$input' has invalid value at .tasks[0].a: Expected value of type 'BigInt', but encountered error 'must be an integer'; found: '2.5'.";
    expect(userErrorsOf(invalid(message))).toEqual([
      { field: ["input", "tasks", "0", "a"], message: "Invalid value: must be an integer." },
    ]);
  });

  test("keeps a message that names no field", () => {
    expect(userErrorsOf(invalid("Internal error."))).toEqual([
      { field: [], message: "Internal error." },
    ]);
  });

  test("describes a request that was not answered", () => {
    expect(userErrorsOf(refused(503))).toEqual([
      { field: [], message: "The database is unavailable. Try again in a few seconds." },
    ]);
  });
});
