/** The URL is the state of a page: the path names the page, the parameters say what it shows. */

import { type AnchorHTMLAttributes, type MouseEvent, useSyncExternalStore } from "react";
import { createStore } from "../store";
import { rememberScroll, restoreScroll, scrollToTop } from "./scroll";

const visit = createStore(0);

/** Call once: makes the browser's back and forward buttons change the page. */
export function startRouter() {
  history.scrollRestoration = "manual";
  window.addEventListener("popstate", () => {
    visit.set(visit.get() + 1);
    restoreScroll();
  });
  rememberScroll();
  restoreScroll();
}

function useLocation<T>(read: () => T): T {
  return useSyncExternalStore(visit.subscribe, read);
}

export function usePath(): string {
  return useLocation(() => location.pathname);
}

export function useParams(): URLSearchParams {
  return new URLSearchParams(useLocation(() => location.search));
}

/** Show another page, or the same page with other parameters. */
export function navigate(to: string, { replace = false } = {}) {
  history[replace ? "replaceState" : "pushState"](newEntry(), "", to);
  visit.set(visit.get() + 1);
}

/** Identifies an entry of the history, so that its scroll position can be kept. */
function newEntry() {
  return { key: `${Date.now()}-${Math.random()}` };
}

export type Params = Record<string, string | undefined>;

/** The current page's URL with some parameters changed; undefined and "" remove a parameter. */
export function withParams(changes: Params, from: { pathname: string; search: string } = location) {
  const params = new URLSearchParams(from.search);
  for (const [name, value] of Object.entries(changes)) {
    if (value) params.set(name, value);
    else params.delete(name);
  }
  return from.pathname + (params.size ? `?${params}` : "");
}

type LinkProps = AnchorHTMLAttributes<HTMLAnchorElement> & { href: string };

/** A link that changes the page without loading the document again. */
export function Link({ href, onClick, ...rest }: LinkProps) {
  function follow(event: MouseEvent<HTMLAnchorElement>) {
    onClick?.(event);
    const isPlain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey;
    if (!isPlain || event.altKey || event.defaultPrevented) return;
    event.preventDefault();
    navigate(href);
    scrollToTop();
  }
  return <a href={href} onClick={follow} {...rest} />;
}
