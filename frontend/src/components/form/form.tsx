/** A form that shows errors below the fields that they concern. */

import {
  createContext,
  type FormEvent,
  type ReactNode,
  useContext,
  useEffect,
  useMemo,
  useRef,
  useState,
} from "react";
import { flushSync } from "react-dom";
import type { UserError } from "../../lib/api/schema";
import { ErrorList } from "../page/states";
import "./form.css";

type Context = {
  errors: UserError[];
  /** Announce that a field of this name exists; returns how to take that back. */
  register: (name: string) => () => void;
};

const FormContext = createContext<Context>({ errors: [], register: () => () => {} });

/** The error of a field, if it has one. */
export function useFieldError(name: string): string | undefined {
  const { errors, register } = useContext(FormContext);
  useEffect(() => register(name), [name, register]);
  return errors.find((error) => concerns(error, name))?.message;
}

/** Whether an error concerns a field: one of the input, by its path, or one within, by its name. */
function concerns({ field }: UserError, name: string): boolean {
  return field.slice(1).join(".") === name || field.at(-1) === name;
}

/** Tell a form that fields were added or removed. */
export function announceFields(form: HTMLFormElement | null) {
  form?.dispatchEvent(new Event("input", { bubbles: true }));
}

export function Form(props: {
  className?: string;
  children: ReactNode;
  submitLabel: string;
  isDanger?: boolean;
  cancelLabel?: string;
  onCancel?: () => void;
  onSubmit: (values: FormData) => Promise<UserError[]>;
  /** Errors that are known before the form is submitted. */
  earlyErrors?: UserError[];
  onChange?: (values: FormData) => void;
}) {
  const form = useRef<HTMLFormElement>(null);
  const names = useRef(new Set<string>());
  const [refusals, setRefusals] = useState<UserError[]>([]);
  const [isBusy, setIsBusy] = useState(false);
  const errors = useMemo(
    () => [...refusals, ...(props.earlyErrors ?? [])],
    [refusals, props.earlyErrors],
  );
  const context = useMemo<Context>(
    () => ({
      errors,
      register(name) {
        names.current.add(name);
        return () => names.current.delete(name);
      },
    }),
    [errors],
  );

  async function submit(event: FormEvent) {
    event.preventDefault();
    if (isBusy || !form.current) return;
    setIsBusy(true);
    const found = await props.onSubmit(new FormData(form.current));
    flushSync(() => {
      setIsBusy(false);
      setRefusals(found);
    });
    focusFirstError(form.current);
  }

  /** A value that was changed is no longer the one that was refused. */
  function change(event: FormEvent) {
    const { name } = event.target as HTMLInputElement;
    // When fields come or go, the numbers in the paths of refusals are no longer theirs.
    const isChanged = (error: UserError) => event.target === form.current || concerns(error, name);
    setRefusals((before) => before.filter((error) => !isChanged(error)));
    if (form.current) props.onChange?.(new FormData(form.current));
  }

  const unplaced = errors.filter(
    (error) => ![...names.current].some((name) => concerns(error, name)),
  );
  return (
    <FormContext value={context}>
      <form
        ref={form}
        noValidate
        className={`form ${props.className ?? ""}`}
        onSubmit={submit}
        onInput={change}
      >
        {props.children}
        <ErrorList errors={unplaced} />
        <div className="actions">
          {props.onCancel && (
            <button type="button" onClick={props.onCancel}>
              {props.cancelLabel}
            </button>
          )}
          <button
            type="submit"
            className={props.isDanger ? "danger" : "primary"}
            aria-disabled={isBusy}
          >
            {props.submitLabel}
          </button>
        </div>
      </form>
    </FormContext>
  );
}

function focusFirstError(form: HTMLFormElement | null) {
  const invalid = form?.querySelector<HTMLElement>("[aria-invalid=true]");
  const details = invalid?.closest("details");
  if (details) details.open = true;
  invalid?.focus();
}
