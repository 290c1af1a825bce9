/** The form of a schedule, with a preview of its runs. */

import { useMemo, useState } from "react";
import { FieldGroup } from "../../components/form/field-group";
import {
  BigIntegerField,
  NumberField,
  SelectField,
  TextField,
  TimeField,
} from "../../components/form/fields";
import { Form } from "../../components/form/form";
import { Panel } from "../../components/page/panel";
import { CATCH_UPS } from "../../components/schedules/catch-ups";
import { OVERLAPS } from "../../components/schedules/overlaps";
import { AttemptFields, ConcurrencyFields, WorkFields } from "../../components/tasks/option-fields";
import { QueueField } from "../../components/tasks/task-form";
import type { UserError } from "../../lib/api/schema";
import { CalendarsField } from "./calendars-field";
import { PreviewPanel, useSchedulePreview } from "./preview";
import { RecurrenceFields } from "./recurrence-fields";
import { formDataOf, readSchedule, type ScheduleInput, type ScheduleValues } from "./values";

type ScheduleFormProps = {
  initial: ScheduleValues;
  submitLabel: string;
  /** An idempotency key makes sense only for a new schedule. */
  hasIdempotencyKey?: boolean;
  onCancel: () => void;
  onSubmit: (input: ScheduleInput) => Promise<UserError[]>;
};

export function ScheduleForm(props: ScheduleFormProps) {
  const [entered, setEntered] = useState(() => readSchedule(formDataOf(props.initial)));
  const [recurrence, setRecurrence] = useState(props.initial.recurrence);
  const [overlap, setOverlap] = useState(props.initial.overlap);
  const preview = useSchedulePreview(entered.errors.length ? null : entered.input);
  const earlyErrors = useMemo(
    () => [...entered.errors, ...preview.errors],
    [entered.errors, preview.errors],
  );

  async function submit(values: FormData) {
    const { input, errors } = readSchedule(values);
    return errors.length ? errors : props.onSubmit(input);
  }

  function change(values: FormData) {
    setEntered(readSchedule(values));
    setRecurrence(String(values.get("recurrence")));
    setOverlap(String(values.get("overlap")));
  }

  return (
    <div className="columns">
      <Panel title="Configuration">
        <Form
          className="roomy"
          submitLabel={props.submitLabel}
          cancelLabel="Cancel"
          onCancel={props.onCancel}
          onSubmit={submit}
          onChange={change}
          earlyErrors={earlyErrors}
        >
          <MainFields {...props} recurrence={recurrence} />
          <details>
            <summary>Advanced options</summary>
            <AdvancedFields {...props} overlap={overlap} />
          </details>
        </Form>
      </Panel>
      <PreviewPanel preview={preview} />
    </div>
  );
}

function MainFields({ initial, recurrence }: ScheduleFormProps & { recurrence: string }) {
  return (
    <div className="fields">
      <BigIntegerField name="a" label="A" defaultValue={initial.a} />
      <BigIntegerField name="b" label="B" defaultValue={initial.b} />
      <RecurrenceFields initial={initial} recurrence={recurrence} />
    </div>
  );
}

function AdvancedFields({
  initial,
  hasIdempotencyKey,
  overlap,
}: ScheduleFormProps & { overlap: string }) {
  return (
    <>
      <FieldGroup title="Limits">
        <TimeField name="endsAt" label="Ends at" defaultValue={initial.endsAt} />
        <NumberField
          name="maxRuns"
          label="Maximum runs"
          hint="Empty: unlimited."
          defaultValue={initial.maxRuns}
          min={1}
        />
        <NumberField
          name="jitter"
          label="Jitter (s)"
          hint="Each run starts up to this much later, at random."
          defaultValue={initial.jitter}
          min={0}
        />
        <CalendarsField initial={initial.calendars} />
      </FieldGroup>
      <FieldGroup title="Overlapping and missed runs">
        <SelectField
          name="overlap"
          label="While a run is active"
          defaultValue={initial.overlap}
          options={Object.entries(OVERLAPS)}
        />
        <NumberField
          name="maxConcurrentRuns"
          label="Concurrent runs"
          hint="At most this many at the same time, 2 to 100."
          defaultValue={initial.maxConcurrentRuns}
          min={2}
          max={100}
          isHidden={overlap !== "ALLOW"}
        />
        <SelectField
          name="catchUp"
          label="Missed runs"
          hint="Runs that were due while no scheduler ran. All: the last 100, also while a run is active."
          defaultValue={initial.catchUp}
          options={Object.entries(CATCH_UPS)}
        />
        <NumberField
          name="misfireGrace"
          label="Misfire grace period (s)"
          hint="A run that is later than this is missed."
          defaultValue={initial.misfireGrace}
          min={1}
        />
      </FieldGroup>
      <FieldGroup title="Task">
        <QueueField initial={initial.queue} />
        <WorkFields initial={initial} />
        <AttemptFields initial={initial} />
        <ConcurrencyFields initial={initial} />
      </FieldGroup>
      <FieldGroup title="Identification">
        <TextField
          name="labels"
          label="Labels"
          hint="Separated by commas."
          defaultValue={initial.labels}
        />
        {hasIdempotencyKey && (
          <TextField
            name="idempotencyKey"
            label="Idempotency key"
            hint="The same key creates the schedule only once."
            maxLength={255}
          />
        )}
      </FieldGroup>
    </>
  );
}
