/** Times in the viewer's zone, with UTC in the tooltip. */

import { compactTime, fromNow, localTime, timeZone, utcTime } from "../lib/format";
import { useNow } from "../lib/time/clock";
import { splitTimestamps } from "../lib/time/timestamps";

type TimeProps = {
  at: string | Date | null | undefined;
  /** Show how far away the time is. */
  relative?: boolean;
  /** Show the day instead of the time if it is not today. */
  compact?: boolean;
};

/** A time; a dash if there is none. */
export function Time({ at, relative, compact }: TimeProps) {
  if (!at) return <span className="muted">–</span>;
  const date = new Date(at);
  return (
    <time
      dateTime={date.toISOString()}
      title={`${localTime(date)} ${timeZone()}, ${utcTime(date)}`}
    >
      {relative ? <Distance at={date} /> : compact ? compactTime(date) : localTime(date)}
    </time>
  );
}

function Distance({ at }: { at: Date }) {
  return fromNow(at, useNow());
}

/** A sentence of the server; timestamps in it are shown as times. */
export function Message({ text }: { text: string }) {
  return splitTimestamps(text).map((part) =>
    typeof part === "string" ? part : <Time key={part.getTime()} at={part} />,
  );
}
