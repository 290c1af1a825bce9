/** A bar for the duration of each task on this page, in the order of the list. */

import { duration, plural } from "../../lib/format";
import { barsOf, median } from "./durations";
import type { TaskRow } from "./query";

const HEIGHT = 22;
const WIDTH = 150;
const BAR_WIDTH_MAX = 6;
/** Also the shortest task has a bar. */
const BAR_HEIGHT_MIN = 1.5;

export function DurationSparkline({ rows }: { rows: readonly TaskRow[] }) {
  const bars = barsOf(rows);
  if (bars.length < 2) return <p className="duration-sparkline" />;
  const durations = bars.map(({ ms }) => ms);
  const longest = Math.max(...durations);
  const step = Math.min(WIDTH / bars.length, BAR_WIDTH_MAX + 1);
  const text = `p50 ${duration(median(durations))}, max ${duration(longest)}`;
  return (
    <p className="duration-sparkline">
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        role="img"
        aria-label={`Durations of ${plural(bars.length, "task")} on this page`}
      >
        {bars.map(({ ms, isFailed }, index) => {
          const height = Math.max((ms / Math.max(longest, 1)) * HEIGHT, BAR_HEIGHT_MIN);
          return (
            <rect
              // biome-ignore lint/suspicious/noArrayIndexKey: a bar is its place in the list.
              key={index}
              className={isFailed ? "failed" : undefined}
              x={WIDTH - (bars.length - index) * step}
              y={HEIGHT - height}
              width={step - 1}
              height={height}
            />
          );
        })}
      </svg>
      {text}
    </p>
  );
}
