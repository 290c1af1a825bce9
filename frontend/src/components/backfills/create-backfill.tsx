/** The dialog that creates a backfill, with the number of runs that it would have. */

import { useMemo, useState } from "react";
import { mutate } from "../../lib/api/mutations";
import type { UserError } from "../../lib/api/schema";
import { localInput, plural } from "../../lib/format";
import { navigate } from "../../lib/routing/router";
import { FormReader } from "../../lib/validation";
import { FormDialog } from "../dialog/dialog";
import { NumberField, SelectField, TimeField } from "../form/fields";
import { notify } from "../notices/store";
import { Time } from "../time";
import { backfillPath } from "./backfill-table";
import "./create-backfill.css";
import { type BackfillInput, CreateBackfill, useBackfillPlan } from "./plan";

const DAY_MS = 86_400_000;
const MAX_CONCURRENCY = { min: 1, max: 100 };

const ORDERS = [
  ["OLDEST_FIRST", "Oldest first"],
  ["NEWEST_FIRST", "Newest first"],
] as const;

type Entered = { input: BackfillInput; errors: UserError[] };

/** What the dialog's values ask for, and what is wrong with them. */
function read(values: FormData, scheduleId: string): Entered {
  const reader = new FormReader(values);
  const input: BackfillInput = {
    scheduleId,
    from: reader.requiredTime("from", "From"),
    until: reader.requiredTime("until", "Until"),
    order: reader.text("order") as BackfillInput["order"],
    maxConcurrency: reader.integer("maxConcurrency", "Max concurrent runs", MAX_CONCURRENCY),
    dryRun: false,
  };
  return { input, errors: reader.errors };
}

function initialValues(now: Date) {
  return {
    from: localInput(new Date(now.getTime() - DAY_MS)),
    until: localInput(now),
    order: "OLDEST_FIRST",
    maxConcurrency: "1",
  };
}

function formDataOf(values: Record<string, string>): FormData {
  const data = new FormData();
  for (const [name, value] of Object.entries(values)) data.set(name, value);
  return data;
}

type CreateBackfillProps = { scheduleId: string; onClose: () => void };

export function CreateBackfillDialog({ scheduleId, onClose }: CreateBackfillProps) {
  const initial = useMemo(() => initialValues(new Date()), []);
  // The same key creates the backfill once, also if the answer to the first request is lost.
  const idempotencyKey = useMemo(() => `${Date.now()}-${Math.random()}`, []);
  const [entered, setEntered] = useState(() => read(formDataOf(initial), scheduleId));
  const plan = useBackfillPlan(entered.errors.length ? null : entered.input);
  const earlyErrors = useMemo(
    () => [...entered.errors, ...(plan?.errors ?? [])],
    [entered.errors, plan],
  );

  async function submit(values: FormData) {
    const { input, errors } = read(values, scheduleId);
    if (errors.length) return errors;
    const { payload, errors: refused } = await mutate(CreateBackfill, {
      input: { ...input, idempotencyKey },
    });
    if (payload?.backfill && !refused.length) {
      notify("The backfill is created.");
      navigate(backfillPath(payload.backfill.uuid));
    }
    return refused;
  }

  return (
    <FormDialog
      title="Backfill this schedule"
      submitLabel="Start backfill"
      onClose={onClose}
      onSubmit={submit}
      onChange={(values) => setEntered(read(values, scheduleId))}
      earlyErrors={earlyErrors}
    >
      <p>Each scheduled time in the range runs once, as a task of its own.</p>
      <div className="fields">
        <TimeField name="from" label="From" defaultValue={initial.from} />
        <TimeField name="until" label="Until" defaultValue={initial.until} />
        <SelectField name="order" label="Order" defaultValue={initial.order} options={ORDERS} />
        <NumberField
          name="maxConcurrency"
          label="Max concurrent runs"
          defaultValue={initial.maxConcurrency}
          {...MAX_CONCURRENCY}
        />
      </div>
      <PlanSummary plan={entered.errors.length ? undefined : plan} />
    </FormDialog>
  );
}

/** Its height is always that of two lines, so that the buttons below do not move. */
function PlanSummary({ plan }: { plan: ReturnType<typeof useBackfillPlan> }) {
  const { count = 0, firstTimes: [first] = [] } = plan ?? {};
  return (
    <div className="plan" role="status">
      {plan && !plan.errors.length && (
        <>
          <strong>{plural(count, "run")}</strong>
          {first && (
            <span className="muted">
              The first one is for <Time at={first} />.
            </span>
          )}
        </>
      )}
    </div>
  );
}
