/** The fields of a queue's start rate. */

import { NumberField } from "../../components/form/fields";
import { COUNT, PER_SECONDS, type StartRate } from "./start-rate";

export function StartRateFields({ initial }: { initial?: StartRate | null }) {
  return (
    <>
      <NumberField
        name="count"
        label="Max starts"
        hint="In each period, in the whole cluster. Empty: no limit."
        defaultValue={initial?.count}
        {...COUNT}
      />
      <NumberField
        name="perSeconds"
        label="Period (s)"
        defaultValue={initial?.perSeconds ?? 1}
        {...PER_SECONDS}
      />
      <NumberField
        name="burst"
        label="Burst"
        hint="Starts at once after a pause. Empty: as many as in a period."
        defaultValue={initial?.burst}
        {...COUNT}
      />
    </>
  );
}
