/** The URL is the state of a view: its path says which, its parameters say how. */

import { type AnchorHTMLAttributes, type MouseEvent, useSyncExternalStore } from "react";

const watchers = new Set<() => void>();

function watch(tell: () => void) {
  watchers.add(tell);
  window.addEventListener("popstate", tell);
  return () => {
    watchers.delete(tell);
    window.removeEventListener("popstate", tell);
  };
}

export function usePath(): string {
  return useSyncExternalStore(watch, () => location.pathname);
}

export function navigate(to: string, { replace = false } = {}) {
  history[replace ? "replaceState" : "pushState"](null, "", to);
  for (const tell of watchers) tell();
}

export type Params = Record<string, string | undefined>;

/** This view with some parameters changed; undefined and "" leave one out. */
export function withParams(changes: Params): string {
  const params = new URLSearchParams(location.search);
  for (const [name, value] of Object.entries(changes)) {
    if (value) params.set(name, value);
    else params.delete(name);
  }
  return location.pathname + (params.size ? `?${params}` : "");
}

export function useParams(): URLSearchParams {
  return new URLSearchParams(useSyncExternalStore(watch, () => location.search));
}

/** A link that changes the view without loading the page anew. */
export function Link({
  href,
  ...rest
}: AnchorHTMLAttributes<HTMLAnchorElement> & { href: string }) {
  function follow(event: MouseEvent) {
    const isPlain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey;
    if (!isPlain || event.altKey || event.defaultPrevented) return;
    event.preventDefault();
    navigate(href);
    window.scrollTo(0, 0);
  }
  return <a href={href} onClick={follow} {...rest} />;
}
