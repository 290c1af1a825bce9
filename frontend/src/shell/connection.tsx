/** Whether the data on screen is live, and how old it is if it is not. */

import { Icon } from "../components/icon";
import { type ConnectionState, useConnection } from "../lib/api/connection";
import { fromNow, localTime } from "../lib/format";
import { useNow } from "../lib/time/clock";

/** A reconnect that succeeds within this time is not worth a warning. */
const STALE_MS = 5_000;

const TEXTS: Record<ConnectionState, string> = {
  connecting: "Connecting…",
  live: "Live",
  lost: "Reconnecting…",
};

export function useIsStale(): boolean {
  const { state, lastMessageAt } = useConnection();
  const now = useNow();
  return state === "lost" && now - lastMessageAt > STALE_MS;
}

export function ConnectionBadge() {
  const { state } = useConnection();
  const isStale = useIsStale();
  return (
    <p className={`connection ${isStale ? "stale" : state}`} role="status">
      <i aria-hidden="true" />
      {isStale ? "Disconnected" : TEXTS[state]}
    </p>
  );
}

export function StaleBanner() {
  const { lastMessageAt } = useConnection();
  const now = useNow();
  const at = new Date(lastMessageAt);
  return (
    <p className="stale-banner" role="alert">
      <Icon name="alert" /> Disconnected. Data as of {localTime(at)}
      <span aria-hidden="true"> ({fromNow(at, now)})</span>. Reconnecting…
    </p>
  );
}
