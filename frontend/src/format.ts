/** How values are said. Numbers of the API that may be big are strings, and stay so. */

import { useSyncExternalStore } from "react";

const clock = new Intl.DateTimeFormat(undefined, { timeStyle: "medium" });
const dayAndClock = new Intl.DateTimeFormat(undefined, {
  dateStyle: "medium",
  timeStyle: "medium",
});
const toMinute = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const short = new Intl.NumberFormat("en", { maximumFractionDigits: 2 });

export function count(value: number): string {
  return whole.format(value);
}

export function rate(value: number): string {
  return value >= 20 ? whole.format(value) : short.format(value);
}

export function plural(number: number, one: string, many = `${one}s`): string {
  return `${count(number)} ${number === 1 ? one : many}`;
}

/** In the viewer's zone; without the day if that is today. */
export function localTime(at: Date): string {
  return at.toDateString() === new Date().toDateString()
    ? clock.format(at)
    : dayAndClock.format(at);
}

export function minuteTime(at: Date): string {
  return toMinute.format(at);
}

export function utcTime(at: Date): string {
  return at.toISOString().replace("T", " ").replace("Z", " UTC");
}

export function duration(ms: number | null | undefined): string {
  if (ms == null) return "–";
  if (ms < 1) return "< 1 ms";
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 60_000 && ms % 1_000) return `${(ms / 1_000).toFixed(ms < 10_000 ? 2 : 1)} s`;
  const seconds = Math.round(ms / 1_000);
  const parts: [number, string][] = [
    [Math.floor(seconds / 86_400), "d"],
    [Math.floor(seconds / 3_600) % 24, "h"],
    [Math.floor(seconds / 60) % 60, "min"],
    [seconds % 60, "s"],
  ];
  return parts
    .filter(([number]) => number)
    .slice(0, 2)
    .map(([number, unit]) => `${number} ${unit}`)
    .join(" ");
}

/** "in 4 s", "4 s ago", "now". */
export function fromNow(at: Date, now: number): string {
  const seconds = Math.round((at.getTime() - now) / 1_000);
  if (!seconds) return "now";
  const span = duration(Math.abs(seconds) * 1_000);
  return seconds > 0 ? `in ${span}` : `${span} ago`;
}

export function shortId(uuid: string): string {
  return uuid.slice(-8);
}

/** The UUID in a global id, which is `Type:uuid` in base64. */
export function uuidOf(globalId: string): string {
  return atob(globalId.replace(/-/g, "+").replace(/_/g, "/")).split(":")[1] ?? globalId;
}

export function words(name: string): string {
  const text = name.replace(/_/g, " ").toLowerCase();
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** For <input type="datetime-local">, which knows no zone. */
export function localInput(at: Date): string {
  const local = new Date(at.getTime() - at.getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 19);
}

const SECOND = 1_000;
let now = Date.now();
let timer: ReturnType<typeof setInterval> | undefined;
const watchers = new Set<() => void>();

function watch(tell: () => void) {
  watchers.add(tell);
  timer ??= setInterval(() => {
    now = Date.now();
    for (const each of watchers) each();
  }, SECOND);
  return () => {
    watchers.delete(tell);
    if (!watchers.size) {
      clearInterval(timer);
      timer = undefined;
    }
  };
}

/** The time, told every second. */
export function useNow(): number {
  return useSyncExternalStore(watch, () => now);
}
