/** The newest scheduled times as small bars, newest right. The table below has the same in words. */

import { Badge, type Look } from "../../components/badge";
import { count } from "../../lib/format";
import type { Schedule } from "./query";
import "./run-strip.css";
import { type BarKind, barsOf } from "./strip";

const LOOKS: Record<BarKind, Look & { name: string }> = {
  FIRED: { tone: "success", icon: "check", name: "Fired" },
  FAILED: { tone: "failed", icon: "alert", name: "Run failed" },
  CANCELLED: { tone: "cancelled", icon: "ban", name: "Run cancelled" },
  SKIPPED: { tone: "pending", icon: "skip", name: "Skipped" },
  MISSED: { tone: "failed", icon: "cross", name: "Missed" },
};

export function RunStrip({ schedule: { recentTicks, task } }: { schedule: Schedule }) {
  const bars = barsOf(recentTicks.nodes, task);
  if (!bars.length) return null;
  const kinds = (Object.keys(LOOKS) as BarKind[]).filter((kind) =>
    bars.some((bar) => bar.kind === kind),
  );
  return (
    <div className="run-strip">
      {/* The newest comes first, so that the oldest bars are those that do not fit. */}
      <ol aria-label="Newest scheduled times, newest first">
        {bars.map(({ id, kind, count: times, label }) => (
          <li
            key={id}
            title={label}
            className={`bar-${kind.toLowerCase()} tone-${LOOKS[kind].tone}`}
          >
            <span className="sr-only">{label}</span>
            {times > 1 && (
              <span className="times" aria-hidden="true">
                ×{count(times)} {LOOKS[kind].name.toLowerCase()}
              </span>
            )}
          </li>
        ))}
      </ol>
      <p className="muted">
        {kinds.map((kind) => (
          <Badge key={kind} tone={LOOKS[kind].tone} icon={LOOKS[kind].icon}>
            {LOOKS[kind].name}
          </Badge>
        ))}
        <span>Newest right</span>
      </p>
    </div>
  );
}
