/** The session of somebody who has logged in, where the cluster asks for that. */

/** What goes with everything that may change something; "" without a session. */
export function csrfToken(): string {
  return document.cookie.match(/(?:^|; )csrftoken=([^;]*)/)?.[1] ?? "";
}

export function logIn(): void {
  location.assign(`/login/?next=${encodeURIComponent(location.pathname + location.search)}`);
}

/** fetch, as somebody with a session does it. Who has none any more logs in again. */
export const fetchInSession: typeof fetch = async (input, init) => {
  const headers = new Headers(init?.headers);
  const token = csrfToken();
  if (token) headers.set("X-CSRFToken", token);
  const response = await fetch(input, { ...init, headers });
  if (response.status === 401 && !headers.has("Authorization")) logIn();
  return response;
};
