/** What the slots of a node did in the last minutes: a lane for each slot, a bar for each run. */

import { duration, plural } from "../../lib/format";
import { Link } from "../../lib/routing/router";
import { useNow } from "../../lib/time/clock";
import { barsOf } from "./lanes";
import "./gantt.css";
import type { BarRun } from "./query";

export const MINUTES = 5;
const TICKS = Array.from({ length: MINUTES }, (_, index) => MINUTES - index);
const LANES_MAX = 32;

export function Gantt({ runs, slots }: { runs: readonly BarRun[]; slots: number }) {
  const now = useNow();
  const since = now - MINUTES * 60_000;
  const lanes = Math.min(slots, LANES_MAX);
  const bars = barsOf(runs, lanes, since, now);
  const position = (time: number) => `${((time - since) / (now - since)) * 100}%`;
  return (
    <>
      <ol
        className="gantt"
        style={{ gridTemplateRows: `repeat(${lanes}, 18px)` }}
        aria-label={`${plural(bars.length, "run")} in the last ${MINUTES} minutes`}
      >
        {bars.map(({ run, lane, slots: size, from, to }) => (
          <li
            key={`${run.uuid} ${run.startedAt}`}
            className={`tone-${run.status.toLowerCase()}`}
            style={{
              gridRow: `${lane + 1} / span ${size}`,
              marginInlineStart: position(from),
              inlineSize: `max(3px, ${((to - from) / (now - since)) * 100}%)`,
            }}
          >
            <Link
              href={`/app/tasks/${run.uuid}`}
              title={`${run.a} + ${run.b}, ${run.queue.name}, ${duration(to - from)}`}
            >
              <span className="sr-only">
                {run.a} + {run.b}
              </span>
            </Link>
          </li>
        ))}
      </ol>
      <p className="gantt-axis muted">
        {TICKS.map((minutes) => (
          <span key={minutes}>{minutes} min ago</span>
        ))}
        <span>now</span>
      </p>
    </>
  );
}
