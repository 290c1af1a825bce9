/**
 * The scroll position of each entry of the history, kept over back, forward and reload.
 *
 * The browser cannot restore it by itself: when the user goes back, the page is still empty. The
 * position is restored as soon as the page is tall enough for it.
 */

const GIVE_UP_MS = 3_000;

function storageKey(): string {
  return `scroll ${history.state?.key ?? location.href}`;
}

let stopRestoring = () => {};
let isRestoring = false;

/** Call once: note the position whenever the user scrolls. */
export function rememberScroll() {
  function note() {
    // A position that is being restored is not the user's.
    if (!isRestoring) sessionStorage.setItem(storageKey(), String(window.scrollY));
  }
  window.addEventListener("scroll", note, { passive: true });
}

export function scrollToTop() {
  stopRestoring();
  window.scrollTo(0, 0);
}

/** Scroll to the position that the current entry of the history had. */
export function restoreScroll() {
  stopRestoring();
  const target = Number(sessionStorage.getItem(storageKey()) ?? 0);
  isRestoring = true;
  const scroll = () => {
    window.scrollTo(0, target);
    if (Math.abs(window.scrollY - target) <= 1) stopRestoring();
  };
  const observer = new ResizeObserver(scroll);
  const timer = setTimeout(() => stopRestoring(), GIVE_UP_MS);
  const stopOnInput = () => stopRestoring();
  const inputs = ["wheel", "touchstart", "keydown", "pointerdown"] as const;
  stopRestoring = () => {
    observer.disconnect();
    clearTimeout(timer);
    for (const name of inputs) window.removeEventListener(name, stopOnInput);
    isRestoring = false;
    stopRestoring = () => {};
  };
  for (const name of inputs) window.addEventListener(name, stopOnInput, { passive: true });
  observer.observe(document.documentElement);
  scroll();
}
