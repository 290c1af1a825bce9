/** The form of a calendar, with a preview of the times that it excludes. */

import { useMemo, useState } from "react";
import { SuggestField, TextField } from "../../components/form/fields";
import { Form } from "../../components/form/form";
import { Panel } from "../../components/page/panel";
import type { UserError } from "../../lib/api/schema";
import { DatesRow, HoursRow } from "./entries";
import { PreviewPanel, useCalendarPreview } from "./preview";
import { RowList } from "./row-list";
import { type CalendarInput, type CalendarValues, readCalendar, WEEKEND } from "./values";

type CalendarFormProps = {
  initial: CalendarValues;
  /** The name of an existing calendar. A new one gets its name in the form. */
  name?: string;
  /** The names that a new calendar cannot have. */
  taken?: readonly string[];
  submitLabel: string;
  onCancel: () => void;
  onSubmit: (input: CalendarInput) => Promise<UserError[]>;
};

type Entered = ReturnType<typeof readCalendar>;

const NONE: readonly string[] = [];

/** What the preview shows; null if it is not valid. The name does not matter for it. */
function previewed(initial: CalendarValues, entered: Entered | null): CalendarInput | null {
  if (!entered) return { ...initial, name: "preview" } as CalendarInput;
  if (entered.errors.some((error) => !isAboutName(error))) return null;
  return { ...entered.input, name: "preview" };
}

/** The errors to show at once. That the name is still empty is not one of them. */
function knownEarly({ input, errors }: Entered): UserError[] {
  return errors.filter((error) => input.name || !isAboutName(error));
}

function isAboutName({ field }: UserError): boolean {
  return field.at(-1) === "name";
}

export function CalendarForm(props: CalendarFormProps) {
  const { initial, name, taken = NONE } = props;
  // Until the user enters something, the preview is that of the initial values.
  const [values, setValues] = useState<FormData>();
  const entered = useMemo(() => (values ? readCalendar(values, taken) : null), [values, taken]);
  const preview = useCalendarPreview(previewed(initial, entered));
  const earlyErrors = useMemo(
    () => [...(entered ? knownEarly(entered) : []), ...preview.errors],
    [entered, preview.errors],
  );

  async function submit(values: FormData) {
    const { input, errors } = readCalendar(values, taken);
    return errors.length ? errors : props.onSubmit(input);
  }

  return (
    <div className="columns">
      <Panel title="Configuration">
        <Form
          submitLabel={props.submitLabel}
          cancelLabel="Cancel"
          onCancel={props.onCancel}
          onSubmit={submit}
          onChange={setValues}
          earlyErrors={earlyErrors}
        >
          <div className="fields">
            {name === undefined ? (
              <TextField name="name" label="Name" maxLength={63} />
            ) : (
              <input type="hidden" name="name" value={name} />
            )}
            <SuggestField
              name="timeZone"
              label="Time zone"
              defaultValue={initial.timeZone}
              suggestions={Intl.supportedValuesOf("timeZone")}
            />
            <TextField
              name="description"
              label="Description (optional)"
              defaultValue={initial.description}
              maxLength={1_000}
            />
          </div>
          <RowList
            title="Every week"
            hint="From 00:00 until 00:00 is the whole day. Hours that end no later than they begin end on the next day."
            addLabel="Add weekly hours"
            initial={initial.weekly}
            added={WEEKEND}
            row={(hours, index) => <HoursRow name={`weekly.${index}`} initial={hours} />}
          />
          <RowList
            title="Dates"
            hint="Both days are excluded, from midnight to midnight."
            addLabel="Add dates"
            initial={initial.dates}
            added={{ from: "", until: "" }}
            row={(dates, index) => <DatesRow name={`dates.${index}`} initial={dates} />}
          />
        </Form>
      </Panel>
      <PreviewPanel preview={preview} />
    </div>
  );
}
