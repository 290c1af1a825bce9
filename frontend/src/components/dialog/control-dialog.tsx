/** The dialog of an action on a node, a queue or a schedule. */

import type { ReactNode } from "react";
import type { UserError } from "../../lib/api/schema";
import { FormReader } from "../../lib/validation";
import { ReasonField } from "../form/fields";
import { notify, type Undo } from "../notices/store";
import { FormDialog } from "./dialog";

/** A dialog whose action takes at least a reason. */
export function ControlDialog<Values extends object = object>(props: {
  title: string;
  submitLabel: string;
  success: string;
  /** Takes the action back, to what was when it was sent. */
  undo?: Undo;
  isDanger?: boolean;
  children: ReactNode;
  onClose: () => void;
  /** Reads the values of the dialog's own fields. */
  read?: (reader: FormReader) => Values;
  /** Called only with valid values. */
  send: (values: Values & { note: string }) => Promise<UserError[]>;
}) {
  async function submit(entered: FormData) {
    const reader = new FormReader(entered);
    const values = { ...(props.read?.(reader) as Values), note: reader.text("note") };
    const errors = reader.errors.length ? reader.errors : await props.send(values);
    if (!errors.length) notify(props.success, props.undo);
    return errors;
  }
  return (
    <FormDialog
      title={props.title}
      submitLabel={props.submitLabel}
      isDanger={props.isDanger}
      onClose={props.onClose}
      onSubmit={submit}
    >
      {props.children}
      <ReasonField />
    </FormDialog>
  );
}
