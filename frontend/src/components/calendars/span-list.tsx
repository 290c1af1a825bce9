/** Excluded times in a column, each with its length. */

import { duration } from "../../lib/format";
import { Time } from "../time";
import "../schedules/time-list.css";

type Span = { startsAt: string; endsAt: string };

export function SpanList({ spans }: { spans: readonly Span[] }) {
  return (
    <ol className="time-list">
      {spans.map(({ startsAt, endsAt }) => (
        <li key={startsAt}>
          <span>
            <Time at={startsAt} /> to <Time at={endsAt} />
          </span>
          <span className="muted">{duration(Date.parse(endsAt) - Date.parse(startsAt))}</span>
        </li>
      ))}
    </ol>
  );
}
