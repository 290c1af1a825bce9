/** Times in a column, each with how far away it is. */

import { Time } from "../time";
import "./time-list.css";

export function TimeList({ times, notes }: { times: readonly string[]; notes?: string[] }) {
  return (
    <ol className="time-list">
      {times.map((time, index) => (
        <li key={time}>
          <Time at={time} />
          {notes?.[index] && <span className="muted">{notes[index]}</span>}
          <span className="muted">
            <Time at={time} relative />
          </span>
        </li>
      ))}
    </ol>
  );
}
