import { parse } from "graphql";
import { expect, test } from "vitest";
import { curlSnippet, graphqlSnippet } from "./snippets";

const OPTIONS = {
  a: "9223372036854775807",
  b: "-1",
  queue: "mail",
  priority: 7,
  durationMs: 300,
  slots: 16,
  maxAttempts: 5,
  failAttempts: 2,
  retryBackoffMs: 250,
  concurrencyKey: "",
  concurrencyLimit: 1,
  runAt: "2099-01-01T00:00:00+00:00",
  expiresAt: null,
};

test("a copied mutation keeps all options that have a value", () => {
  const text = graphqlSnippet(OPTIONS);
  expect(() => parse(text)).not.toThrow();
  for (const field of ['a: "9223372036854775807"', "slots: 16", "maxAttempts: 5", "runAt: "])
    expect(text).toContain(field);
  for (const field of ["expiresAt", "concurrencyKey"]) expect(text).not.toContain(field);
});

test("a copied command sends the exact numbers and REST's names", () => {
  const text = curlSnippet(OPTIONS, "http://localhost:8000");
  expect(text).toContain("http://localhost:8000/tasks/");
  const body = text.slice(text.indexOf("{"), text.lastIndexOf("}") + 1);
  expect(body).toContain('"a": 9223372036854775807');
  expect(JSON.parse(body)).toMatchObject({
    b: -1,
    queue: "mail",
    duration_ms: 300,
    slots: 16,
    max_attempts: 5,
    fail_attempts: 2,
    retry_backoff_ms: 250,
    run_at: "2099-01-01T00:00:00+00:00",
  });
});

test("a quote does not end the shell's argument", () => {
  expect(curlSnippet({ ...OPTIONS, queue: "it's" }, "")).toContain(`it'\\''s`);
});
