import { beforeEach, expect, test, vi } from "vitest";

const fetched = vi.fn<typeof fetch>();

/** A fetch that ends only if it is aborted. */
function pending(_input: unknown, init?: RequestInit): Promise<Response> {
  return new Promise((_resolve, reject) => {
    const { signal } = init ?? {};
    if (signal?.aborted) reject(signal.reason);
    signal?.addEventListener("abort", () => reject(signal.reason));
  });
}

beforeEach(() => {
  vi.resetModules();
  vi.stubGlobal("document", { cookie: "" });
  vi.stubGlobal("addEventListener", () => {});
  vi.stubGlobal("fetch", fetched.mockReset());
});

test("a refused request says that the session has expired", async () => {
  const { fetchInSession, session } = await import("./session");
  fetched.mockResolvedValue(new Response(null, { status: 401 }));
  await fetchInSession("/graphql/");
  expect(session.get()).toBe("expired");
});

test("logging out aborts requests, which then neither fail nor expire the session", async () => {
  const { logOut, fetchInSession, noteExpired, session } = await import("./session");
  fetched.mockImplementation((input, init) =>
    input === "/logout/" ? Promise.resolve(new Response()) : pending(input, init),
  );
  const ended = vi.fn();
  void fetchInSession("/graphql/").then(ended, ended);
  const signal = fetched.mock.calls[0]?.[1]?.signal;

  vi.stubGlobal("location", { assign: vi.fn() });
  const loggedOut = logOut();
  expect(fetched.mock.lastCall?.[0]).toBe("/logout/");
  noteExpired();
  void fetchInSession("/graphql/").then(ended, ended);
  await loggedOut;

  expect(signal?.aborted).toBe(true);
  expect(fetched.mock.lastCall?.[1]?.signal?.aborted).toBe(true);
  expect(ended).not.toHaveBeenCalled();
  expect(session.get()).toBe("ended");
  expect(location.assign).toHaveBeenCalledWith("/login/");
});

test("a request that is aborted fails", async () => {
  const { fetchInSession } = await import("./session");
  fetched.mockImplementation(pending);
  const controller = new AbortController();
  const answer = fetchInSession("/graphql/", { signal: controller.signal });
  controller.abort();
  await expect(answer).rejects.toThrow();
});
