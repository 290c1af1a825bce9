/** The scheduling policy of the cluster: what it is, and the dialog that chooses it. */

import { useState } from "react";
import { ControlDialog } from "../../components/dialog/control-dialog";
import { CheckboxGroup, NumberField, SelectField } from "../../components/form/fields";
import { Icon } from "../../components/icon";
import { opposite } from "../../components/notices/undo";
import { POLICIES } from "../../components/scheduling-policies";
import { Time } from "../../components/time";
import { RequireRole } from "../../components/viewer";
import { command } from "../../lib/api/mutations";
import type { SchedulingPolicy } from "../../lib/api/schema";
import type { FormReader } from "../../lib/validation";

export type Scheduling = {
  policy: SchedulingPolicy;
  backfill: boolean;
  agingMs: number;
  changedAt: string | null;
  changedBy: string;
};

const AGING_SECONDS = { min: 1, max: 604_800 };

/** The policy in a line. */
export function SchedulingLine({ scheduling }: { scheduling: Scheduling }) {
  const { policy, backfill, agingMs, changedAt, changedBy } = scheduling;
  return (
    <p className="page-note">
      Scheduling policy: {POLICIES[policy] ?? policy}
      {policy === "AGED_PRIORITY" && `, by one in ${agingMs / 1000} s`},{" "}
      {backfill ? "with" : "without"} backfill.
      {changedAt && (
        <small>
          {" "}
          Changed {changedBy && `by ${changedBy}`} <Time at={changedAt} />
        </small>
      )}
    </p>
  );
}

/** The button that opens the dialog, for operators. */
export function SchedulingButton({ scheduling }: { scheduling: Scheduling }) {
  const [isOpen, setIsOpen] = useState(false);
  return (
    <RequireRole>
      <button type="button" onClick={() => setIsOpen(true)}>
        <Icon name="layers" /> Set policy…
      </button>
      {isOpen && <SetPolicy scheduling={scheduling} onClose={() => setIsOpen(false)} />}
    </RequireRole>
  );
}

function SetPolicy(props: { scheduling: Scheduling; onClose: () => void }) {
  const { policy, backfill, agingMs } = props.scheduling;
  const before = { policy, backfill, agingMs };
  return (
    <ControlDialog
      title="Set the scheduling policy"
      submitLabel="Set policy"
      success="The scheduling policy is changed."
      undo={opposite("setSchedulingPolicy", before, "The scheduling policy is as before.")}
      onClose={props.onClose}
      read={read}
      send={(values) => command("setSchedulingPolicy", values)}
    >
      <SelectField
        name="policy"
        label="Order of tasks"
        options={Object.entries(POLICIES)}
        defaultValue={policy}
        hint="Worker nodes follow it from their next claim on. Running tasks continue."
      />
      <NumberField
        name="agingMs"
        label="Ageing in seconds"
        hint="If priorities grow: the wait that counts as one priority."
        defaultValue={agingMs / 1000}
        min={AGING_SECONDS.min}
        max={AGING_SECONDS.max}
      />
      <CheckboxGroup
        name="backfill"
        label="Backfill"
        options={[["on", "Start other tasks before one that waits for slots"]]}
        defaultValues={backfill ? ["on"] : []}
        hint="Only tasks that do not delay it."
      />
    </ControlDialog>
  );
}

function read(reader: FormReader) {
  return {
    policy: reader.text("policy") as SchedulingPolicy,
    agingMs: reader.integer("agingMs", "Ageing", AGING_SECONDS) * 1000,
    backfill: reader.list("backfill").length > 0,
  };
}
