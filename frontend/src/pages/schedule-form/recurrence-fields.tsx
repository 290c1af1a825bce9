/** The fields that say when a schedule starts runs. */

import {
  NumberField,
  SelectField,
  SuggestField,
  TextField,
  TimeField,
} from "../../components/form/fields";
import { type ScheduleValues, UNITS } from "./values";

const RECURRENCES = [
  ["interval", "At an interval"],
  ["cron", "By a cron expression"],
  ["at", "Once"],
] as const;

const ON_GAP = [
  ["RUN_AFTER", "Run missing times right after"],
  ["SKIP", "Skip missing times"],
] as const;

const ON_FOLD = [
  ["FIRST", "Run repeated times once"],
  ["BOTH", "Run repeated times twice"],
] as const;

type RecurrenceFieldsProps = { initial: ScheduleValues; recurrence: string };

/** Fields of other kinds are hidden, not removed: they keep what was entered. */
export function RecurrenceFields({ initial, recurrence }: RecurrenceFieldsProps) {
  const only = (...kinds: string[]) => ({ isHidden: !kinds.includes(recurrence) });
  return (
    <>
      <SelectField
        name="recurrence"
        label="Runs"
        defaultValue={initial.recurrence}
        options={RECURRENCES}
      />
      <TimeField
        name="scheduledAt"
        label={recurrence === "cron" ? "Not before" : "First run"}
        defaultValue={initial.scheduledAt}
        {...only("interval", "cron")}
      />
      <NumberField
        name="interval"
        label="Interval"
        defaultValue={initial.interval}
        min={1}
        {...only("interval")}
      />
      <SelectField
        name="intervalUnit"
        label="Unit"
        defaultValue={initial.intervalUnit}
        options={UNITS}
        {...only("interval")}
      />
      <TimeField name="at" label="Run at" defaultValue={initial.at} {...only("at")} />
      <CronFields initial={initial} isHidden={recurrence !== "cron"} />
    </>
  );
}

function CronFields({ initial, isHidden }: { initial: ScheduleValues; isHidden: boolean }) {
  return (
    <>
      <TextField
        name="expression"
        label="Cron expression"
        hint="Minute, hour, day of month, month, day of week."
        maxLength={255}
        defaultValue={initial.expression}
        isHidden={isHidden}
      />
      <SuggestField
        name="timeZone"
        label="Time zone"
        defaultValue={initial.timeZone}
        suggestions={Intl.supportedValuesOf("timeZone")}
        isHidden={isHidden}
      />
      <SelectField
        name="onGap"
        label="When clocks go forward"
        defaultValue={initial.onGap}
        options={ON_GAP}
        isHidden={isHidden}
      />
      <SelectField
        name="onFold"
        label="When clocks go back"
        defaultValue={initial.onFold}
        options={ON_FOLD}
        isHidden={isHidden}
      />
    </>
  );
}
