/** How many slots of a node are in use: a bar, and as numbers. */

import "./slots.css";

const DRAWN_MAX = 16;

export function Slots({ busy, total }: { busy: number; total: number }) {
  return (
    <span className="slots" role="img" aria-label={`${busy} of ${total} slots used`}>
      {total <= DRAWN_MAX ? (
        <span className="slot-boxes">
          {Array.from({ length: total }, (_, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a slot is its index.
            <i key={index} className={index < busy ? "busy" : ""} />
          ))}
        </span>
      ) : (
        <meter min={0} max={total} value={busy} />
      )}
      <b>
        {busy}/{total}
      </b>
    </span>
  );
}
