/** Times in a column, each with how far away it is. */

import { Time } from "../time";
import "./time-list.css";

export function TimeList({ times }: { times: readonly string[] }) {
  return (
    <ol className="time-list">
      {times.map((time) => (
        <li key={time}>
          <Time at={time} />
          <span className="muted">
            <Time at={time} relative />
          </span>
        </li>
      ))}
    </ol>
  );
}
