/** How far a backfill is, as a bar with a part for each state of its runs. */

import { count } from "../../lib/format";
import { type Counts, endedOf, PARTS, percentOf } from "./counts";
import "./progress.css";
import { RUN_STATES, RunStateBadge } from "./state";

type ProgressProps = { counts: Counts; total: number };

export function ProgressBar({ counts, total }: ProgressProps) {
  const percent = percentOf(counts, total);
  return (
    <div className="progress-line">
      <div
        className="progress"
        role="progressbar"
        aria-label="Progress"
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={percent}
        aria-valuetext={`${count(endedOf(counts))} of ${count(total)} runs ended`}
      >
        {PARTS.map(([state, name]) => (
          <i
            key={state}
            className={`tone-${RUN_STATES[state].tone} is-${name}`}
            style={{ flexGrow: counts[name] }}
          />
        ))}
      </div>
      <small aria-hidden="true">{percent}%</small>
    </div>
  );
}

/** The bar with its numbers. */
export function Progress({ counts, total }: ProgressProps) {
  return (
    <>
      <ProgressBar counts={counts} total={total} />
      <dl className="progress-counts">
        {PARTS.map(([state, name]) => (
          <div key={state}>
            <dt>
              <RunStateBadge state={state} />
            </dt>
            <dd>{count(counts[name])}</dd>
          </div>
        ))}
      </dl>
    </>
  );
}
