/** Values as text. Integers that may exceed JavaScript's precision arrive as strings and stay strings. */

const clock = new Intl.DateTimeFormat(undefined, { timeStyle: "medium", hourCycle: "h23" });
const day = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short" });
const dayOfYear = new Intl.DateTimeFormat(undefined, { dateStyle: "medium" });
const clockToMinute = new Intl.DateTimeFormat(undefined, {
  hour: "2-digit",
  minute: "2-digit",
  hourCycle: "h23",
});
const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const short = new Intl.NumberFormat("en", { maximumFractionDigits: 2 });

export function count(value: number): string {
  return whole.format(value);
}

/** A number per second, without its unit. */
export function rate(value: number): string {
  return value >= 20 ? whole.format(value) : short.format(value);
}

export function plural(number: number, one: string, many = `${one}s`): string {
  return `${count(number)} ${number === 1 ? one : many}`;
}

/** The time in the viewer's zone. The day is left out if it is today, the year if it is this year. */
export function localTime(at: Date, now = new Date()): string {
  const time = clock.format(at);
  if (at.toDateString() === now.toDateString()) return time;
  const isThisYear = at.getFullYear() === now.getFullYear();
  return `${(isThisYear ? day : dayOfYear).format(at)}, ${time}`;
}

/** As localTime, but only the day if it is not today. */
export function compactTime(at: Date, now = new Date()): string {
  return at.toDateString() === now.toDateString() ? clock.format(at) : day.format(at);
}

export function minuteTime(at: Date): string {
  return clockToMinute.format(at);
}

export function utcTime(at: Date): string {
  return at.toISOString().replace("T", " ").replace("Z", " UTC");
}

/** The viewer's time zone, such as "Europe/Berlin". */
export function timeZone(): string {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone;
}

/** A duration in its two largest units; a dash if it is unknown. */
export function duration(ms: number | null | undefined): string {
  if (ms == null) return "–";
  if (ms < 1) return "< 1 ms";
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  const isSubMinute = ms < 59_950;
  if (isSubMinute && Math.round(ms) % 1_000) return `${(ms / 1_000).toFixed(ms < 9_995 ? 2 : 1)} s`;
  const seconds = Math.round(ms / 1_000);
  const parts: [number, string][] = [
    [Math.floor(seconds / 86_400), "d"],
    [Math.floor(seconds / 3_600) % 24, "h"],
    [Math.floor(seconds / 60) % 60, "min"],
    [seconds % 60, "s"],
  ];
  const largest = parts.findIndex(([number]) => number);
  return parts
    .slice(largest, largest + 2)
    .filter(([number]) => number)
    .map(([number, unit]) => `${number} ${unit}`)
    .join(" ");
}

/** "in 4 s", "4 s ago" or "now". */
export function fromNow(at: Date, now: number): string {
  const seconds = Math.round((at.getTime() - now) / 1_000);
  if (!seconds) return "now";
  const distance = duration(Math.abs(seconds) * 1_000);
  return seconds > 0 ? `in ${distance}` : `${distance} ago`;
}

/** The last eight digits of a UUID. The first ones are a timestamp and nearly equal among neighbors. */
export function shortId(uuid: string): string {
  return uuid.slice(-8);
}

/** "SOME_NAME" as "Some name". */
export function words(name: string): string {
  const text = name.replace(/_/g, " ").toLowerCase();
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** The value of `<input type="datetime-local">`, which is in the viewer's zone. */
export function localInput(at: Date): string {
  const local = new Date(at.getTime() - at.getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 19);
}
