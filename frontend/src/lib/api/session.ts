/** The login session of the viewer. Without login (`API_AUTH=open`) it never expires. */

import { createStore } from "../store";

export const session = createStore<"active" | "expired" | "ending" | "ended">("active");
const requests = new AbortController();

/** Note that the server no longer accepts the session. */
export function noteExpired() {
  if (session.get() === "active") session.set("expired");
}

/**
 * Log out and go to the login page.
 *
 * Other requests end before, because the server would refuse them. If the viewer stops the browser
 * on its way to the login page, the session dialog leads there.
 */
export async function logOut() {
  session.set("ending");
  requests.abort();
  // The browser may show this page again as it was.
  addEventListener("pageshow", ({ persisted }) => persisted && location.reload());
  // The login page says what is wrong if the server cannot be reached.
  await fetchWithCsrf("/logout/", { method: "POST", redirect: "manual" }).catch(() => undefined);
  session.set("ended");
  location.assign("/login/");
}

/** The token that proves to the server that a request comes from this site; "" without a session. */
export function csrfToken(): string {
  return document.cookie.match(/(?:^|; )csrftoken=([^;]*)/)?.[1] ?? "";
}

/** `fetch` with the session's CSRF token. */
export const fetchWithCsrf: typeof fetch = (input, init) => {
  const headers = new Headers(init?.headers);
  const token = csrfToken();
  if (token) headers.set("X-CSRFToken", token);
  return fetch(input, { ...init, headers });
};

/**
 * As `fetchWithCsrf`, and notes when the server no longer accepts the session. It does not return
 * after the viewer has logged out.
 */
export const fetchInSession: typeof fetch = async (input, init) => {
  const signals = [requests.signal, init?.signal].filter((signal) => signal != null);
  try {
    const response = await fetchWithCsrf(input, { ...init, signal: AbortSignal.any(signals) });
    if (response.status === 401) noteExpired();
    return response;
  } catch (error) {
    if (requests.signal.aborted) return new Promise(() => {});
    throw error;
  }
};

/** Resolves at once while the session is active, else when the viewer has logged in again. */
export function sessionIsActive(): Promise<void> {
  if (session.get() === "active") return Promise.resolve();
  return new Promise((resolve) => {
    const stop = session.subscribe(() => {
      if (session.get() !== "active") return;
      stop();
      resolve();
    });
  });
}

/**
 * Log in without leaving the page.
 *
 * @returns why the server refused, or undefined if the session is active again.
 */
export async function logIn(username: string, password: string): Promise<string | undefined> {
  try {
    if (!csrfToken()) await fetch("/login/");
    const response = await fetch("/login/", {
      method: "POST",
      body: new URLSearchParams({
        username,
        password,
        csrfmiddlewaretoken: csrfToken(),
        next: "/healthz/",
      }),
    });
    if (response.status === 429) return "Too many failed logins. Wait a minute and try again.";
    // The login form answers a wrong password with itself, a right one with a redirect.
    if (!response.ok || !response.redirected) return "Incorrect username or password.";
  } catch {
    return "Can't reach the server. Try again.";
  }
  session.set("active");
}

/** The login page, which returns to the present page. */
export function loginUrl(): string {
  return `/login/?next=${encodeURIComponent(location.pathname + location.search)}`;
}
