/** Modal dialogs. */

import { type ReactNode, useEffect, useId, useRef } from "react";
import type { UserError } from "../../lib/api/schema";
import "./dialog.css";
import { Form } from "../form/form";

export function Dialog(props: {
  title: string;
  className?: string;
  onClose: () => void;
  children: ReactNode;
}) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const opener = document.activeElement as HTMLElement | null;
    dialog.current?.showModal();
    // Enter does what the dialog is for, also if there is nothing to enter.
    const first = "input:not([type=hidden]), select, [type=submit]";
    dialog.current?.querySelector<HTMLElement>(first)?.focus();
    return () => opener?.focus();
  }, []);
  return (
    <dialog ref={dialog} className={props.className} aria-labelledby={id} onClose={props.onClose}>
      <h2 id={id}>{props.title}</h2>
      {props.children}
    </dialog>
  );
}

/** A dialog with a form. It closes when its action succeeds; errors appear next to their fields. */
export function FormDialog(props: {
  title: string;
  children?: ReactNode;
  submitLabel: string;
  cancelLabel?: string;
  isDanger?: boolean;
  onClose: () => void;
  onSubmit: (values: FormData) => Promise<UserError[]>;
  earlyErrors?: UserError[];
  onChange?: (values: FormData) => void;
}) {
  async function submit(values: FormData) {
    const errors = await props.onSubmit(values);
    if (!errors.length) props.onClose();
    return errors;
  }
  return (
    <Dialog title={props.title} onClose={props.onClose}>
      <Form
        onSubmit={submit}
        submitLabel={props.submitLabel}
        isDanger={props.isDanger}
        cancelLabel={props.cancelLabel ?? "Cancel"}
        onCancel={props.onClose}
        earlyErrors={props.earlyErrors}
        onChange={props.onChange}
      >
        {props.children}
      </Form>
    </Dialog>
  );
}
