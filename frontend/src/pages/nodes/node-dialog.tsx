/** The frame of all dialogs about a node. */

import type { ReactNode } from "react";
import { FormDialog } from "../../components/dialog";
import { ReasonField } from "../../components/form/fields";
import type { NodeState } from "../../components/nodes/state";
import { notify } from "../../components/notices";
import type { UserError } from "../../lib/api/schema";
import { FormReader } from "../../lib/validation";

export type ControlledNode = NodeState & {
  name: string;
  slots: number;
  desiredSlots: number | null;
  queues: string[];
  desiredQueues: string[] | null;
};

/** A dialog whose action takes at least a reason. */
export function NodeDialog(props: {
  title: string;
  submitLabel: string;
  success: string;
  isDanger?: boolean;
  children: ReactNode;
  onClose: () => void;
  send: (reader: FormReader, note: string) => Promise<UserError[]>;
}) {
  async function submit(values: FormData) {
    const reader = new FormReader(values);
    const errors = await props.send(reader, reader.text("note"));
    if (!errors.length) notify(props.success);
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
