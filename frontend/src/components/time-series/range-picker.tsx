/** The range of time of all charts, and what they are split by. Both are parts of the URL. */

import { useState } from "react";
import { localInput } from "../../lib/format";
import { navigate, withParams } from "../../lib/routing/router";
import {
  paramsOfName,
  paramsOfTimes,
  RANGES,
  rangeText,
  type TimeRange,
} from "../../lib/time/time-range";
import { FormReader } from "../../lib/validation";
import { Chips } from "../chips";
import { FormDialog } from "../dialog/dialog";
import { TimeField } from "../form/fields";

const CUSTOM = "custom";
const HOUR_MS = 3_600_000;

export function RangePicker({ range }: { range: TimeRange }) {
  const [isOpen, setIsOpen] = useState(false);
  const options = [
    ...RANGES.map(([name, text]) => [name as string, text as string] as const),
    [CUSTOM, rangeText(range) || "Custom…"] as const,
  ];
  return (
    <>
      <Chips
        label="Time range"
        options={options}
        isChosen={(each) => each === (range.name ?? CUSTOM)}
        onChoose={(each) =>
          each === CUSTOM ? setIsOpen(true) : navigate(withParams(paramsOfName(each)))
        }
      />
      {isOpen && <CustomRange range={range} onClose={() => setIsOpen(false)} />}
    </>
  );
}

function CustomRange({ range, onClose }: { range: TimeRange; onClose: () => void }) {
  const now = Date.now();
  const [since, until] =
    "between" in range.input
      ? [range.input.between.since, range.input.between.until]
      : [now - HOUR_MS, now];
  async function show(values: FormData) {
    const reader = new FormReader(values);
    const [from, to] = [reader.text("from"), reader.text("until")].map((text) => Date.parse(text));
    if (from === undefined || to === undefined || !(from < to))
      return [{ field: ["until"], message: "The end must be after the start." }];
    navigate(withParams(paramsOfTimes(from, to)));
    return [];
  }
  return (
    <FormDialog title="Time range" submitLabel="Show" onClose={onClose} onSubmit={show}>
      <TimeField name="from" label="From" defaultValue={localInput(new Date(since))} />
      <TimeField name="until" label="Until" defaultValue={localInput(new Date(until))} />
    </FormDialog>
  );
}
