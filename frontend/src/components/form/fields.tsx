/** The fields of forms: a label, an input, and below it a hint or what is wrong. */

import { type ReactNode, useId } from "react";
import { timeZone } from "../../lib/format";
import { useFieldError } from "./form";

type FieldProps = {
  name: string;
  label: string;
  hint?: ReactNode;
  className?: string;
  /** A hidden field keeps its value. */
  isHidden?: boolean;
};

type InputAttributes = {
  id: string;
  name: string;
  "aria-describedby"?: string;
  "aria-invalid"?: true;
};

function Field(props: FieldProps & { children: (attributes: InputAttributes) => ReactNode }) {
  const id = useId();
  const error = useFieldError(props.name);
  const note = error ?? props.hint;
  return (
    <div className={`field ${props.className ?? ""}`} hidden={props.isHidden}>
      <label htmlFor={id}>{props.label}</label>
      {props.children({
        id,
        name: props.name,
        ...(note && { "aria-describedby": `${id}-note` }),
        ...(error && { "aria-invalid": true as const }),
      })}
      {note && (
        <small id={`${id}-note`} className={error ? "error" : undefined}>
          {note}
        </small>
      )}
    </div>
  );
}

type Value = { defaultValue?: string | number | null };

export function TextField(props: FieldProps & Value & { maxLength?: number }) {
  return (
    <Field {...props}>
      {(attributes) => (
        <input
          {...attributes}
          maxLength={props.maxLength}
          autoComplete="off"
          defaultValue={props.defaultValue ?? ""}
        />
      )}
    </Field>
  );
}

/** A text of several lines. */
export function AreaField(props: FieldProps & Value & { rows: number }) {
  return (
    <Field {...props}>
      {(attributes) => (
        <textarea
          {...attributes}
          rows={props.rows}
          spellCheck={false}
          defaultValue={props.defaultValue ?? ""}
        />
      )}
    </Field>
  );
}

/** A text with suggestions, which the browser filters by what is entered. */
export function SuggestField(props: FieldProps & Value & { suggestions: readonly string[] }) {
  const listId = useId();
  return (
    <Field {...props}>
      {(attributes) => (
        <>
          <input
            {...attributes}
            list={listId}
            autoComplete="off"
            defaultValue={props.defaultValue ?? ""}
          />
          <datalist id={listId}>
            {props.suggestions.map((suggestion) => (
              <option key={suggestion} value={suggestion} />
            ))}
          </datalist>
        </>
      )}
    </Field>
  );
}

/** An integer of any size. */
export function BigIntegerField(props: FieldProps & Value) {
  return (
    <Field {...props}>
      {(attributes) => (
        <input
          {...attributes}
          inputMode="numeric"
          autoComplete="off"
          defaultValue={props.defaultValue ?? ""}
        />
      )}
    </Field>
  );
}

export function NumberField(
  props: FieldProps &
    Value & { min?: number; max?: number; step?: number | "any"; placeholder?: string },
) {
  return (
    <Field {...props}>
      {(attributes) => (
        <input
          {...attributes}
          type="number"
          min={props.min}
          max={props.max}
          step={props.step}
          placeholder={props.placeholder}
          defaultValue={props.defaultValue ?? ""}
        />
      )}
    </Field>
  );
}

/** A date and a time in the viewer's zone, which the label names. */
export function TimeField(props: FieldProps & Value) {
  return (
    <Field {...props} label={`${props.label} (${timeZone()})`}>
      {(attributes) => (
        <input
          {...attributes}
          type="datetime-local"
          step={1}
          defaultValue={props.defaultValue ?? ""}
        />
      )}
    </Field>
  );
}

/** A day. */
export function DateField(props: FieldProps & Value) {
  return <TypedField {...props} type="date" />;
}

/** A time of day in hours and minutes. */
export function ClockField(props: FieldProps & Value) {
  return <TypedField {...props} type="time" />;
}

function TypedField({ type, ...props }: FieldProps & Value & { type: "date" | "time" }) {
  return (
    <Field {...props}>
      {(attributes) => (
        <input {...attributes} type={type} defaultValue={props.defaultValue ?? ""} />
      )}
    </Field>
  );
}

export type Option = readonly [value: string, text: string];

export function SelectField(props: FieldProps & Value & { options: readonly Option[] }) {
  return (
    <Field {...props}>
      {(attributes) => (
        <select {...attributes} defaultValue={props.defaultValue ?? ""}>
          {props.options.map(([value, text]) => (
            <option key={value} value={value}>
              {text}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

/** A group of checkboxes that share a name. */
export function CheckboxGroup(props: {
  name: string;
  label: string;
  options: readonly Option[];
  defaultValues: readonly string[];
  hint?: ReactNode;
  /** Whether the texts are short. */
  isCompact?: boolean;
  isHidden?: boolean;
}) {
  const id = useId();
  const error = useFieldError(props.name);
  const note = error ?? props.hint;
  return (
    <fieldset
      hidden={props.isHidden}
      className={props.isCompact ? "checkboxes compact" : "checkboxes"}
      aria-describedby={note ? id : undefined}
    >
      <legend>{props.label}</legend>
      {props.options.map(([value, text]) => (
        <label key={value}>
          <input
            type="checkbox"
            name={props.name}
            value={value}
            defaultChecked={props.defaultValues.includes(value)}
            aria-invalid={error ? true : undefined}
          />
          {text}
        </label>
      ))}
      {note && (
        <small id={id} className={error ? "error" : "muted"}>
          {note}
        </small>
      )}
    </fieldset>
  );
}

/** Why an order is given. It is shown with the resource and kept in the event log. */
export function ReasonField() {
  return <TextField name="note" label="Reason (optional)" maxLength={1_000} />;
}
