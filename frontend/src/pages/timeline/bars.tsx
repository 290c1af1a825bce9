/** A bar for each slot, with a mark on the highest one. The panel's summary has it in words. */

import { count } from "../../lib/format";
import "./bars.css";
import type { Density, Slot } from "./query";
import { highest, marksOf, slotText } from "./slots";

function classOf({ excludedBy }: Slot, isHighest: boolean): string {
  return `${isHighest ? "highest" : ""} ${excludedBy.length ? "excluded" : ""}`;
}

export function Bars(props: {
  density: Density;
  valueOf: (slot: Slot) => number;
  /** What the bars show, in a sentence. */
  summary: string;
}) {
  const { timeSlots, slotMinutes } = props.density;
  const values = timeSlots.map(props.valueOf);
  const top = highest(values);
  const most = top === undefined ? 1 : (values[top] as number);
  return (
    <div className="slot-bars" role="img" aria-label={props.summary}>
      <div className="bars">
        {timeSlots.map((slot, index) => (
          <span key={slot.startsAt} title={slotText(slot)} className={classOf(slot, index === top)}>
            <i style={{ blockSize: `${(100 * (values[index] as number)) / most}%` }} />
          </span>
        ))}
        {top !== undefined && (
          <b
            className={top > timeSlots.length / 2 ? "before" : undefined}
            style={{ insetInlineStart: `${(100 * (top + 0.5)) / timeSlots.length}%` }}
          >
            {count(most)}
          </b>
        )}
      </div>
      <div className="marks">
        {marksOf(timeSlots, slotMinutes).map(({ text, position }) => (
          <span key={position} style={{ insetInlineStart: `${position}%` }}>
            {text}
          </span>
        ))}
      </div>
    </div>
  );
}
