/** What an operator can do with a calendar: as a menu in a list, or as buttons on its page. */

import { useState } from "react";
import { command } from "../../lib/api/mutations";
import { navigate } from "../../lib/routing/router";
import { FormReader } from "../../lib/validation";
import { FormDialog } from "../dialog/dialog";
import { TextField } from "../form/fields";
import { type ActionLayout, ActionList } from "../menu/action-list";
import { notify } from "../notices/store";
import { calendarPath } from "./calendars";

type DialogProps = { name: string; onClose: () => void };

export function CalendarActions(props: {
  calendar: { name: string };
  layout: ActionLayout;
  onRenamed?: (newName: string) => void;
  onDeleted?: () => void;
}) {
  const { name } = props.calendar;
  const [dialog, setDialog] = useState<"rename" | "delete">();
  const close = () => setDialog(undefined);
  return (
    <ActionList
      layout={props.layout}
      label={`Actions for ${name}`}
      items={[
        { label: "Edit", icon: "edit", onSelect: () => navigate(`${calendarPath(name)}/edit`) },
        { label: "Rename…", icon: "code", onSelect: () => setDialog("rename") },
        { label: "Delete…", icon: "cross", isDanger: true, onSelect: () => setDialog("delete") },
      ]}
    >
      {dialog === "rename" && <Rename name={name} onClose={close} onRenamed={props.onRenamed} />}
      {dialog === "delete" && <Delete name={name} onClose={close} onDeleted={props.onDeleted} />}
    </ActionList>
  );
}

function Rename({
  name,
  onClose,
  onRenamed,
}: DialogProps & { onRenamed?: (newName: string) => void }) {
  async function submit(values: FormData) {
    const reader = new FormReader(values);
    const newName = reader.requiredText("newName", "New name");
    const errors = reader.errors.length
      ? reader.errors
      : await command("renameCalendar", { name, newName });
    if (!errors.length) {
      notify(`The calendar ${name} is now called ${newName}.`);
      onRenamed?.(newName);
    }
    return errors;
  }
  return (
    <FormDialog
      title={`Rename the calendar ${name}`}
      submitLabel="Rename"
      onClose={onClose}
      onSubmit={submit}
    >
      <p>The schedules that use it keep using it.</p>
      <TextField name="newName" label="New name" defaultValue={name} maxLength={63} />
    </FormDialog>
  );
}

function Delete({ name, onClose, onDeleted }: DialogProps & { onDeleted?: () => void }) {
  async function submit() {
    const errors = await command("deleteCalendar", { name });
    if (!errors.length) {
      notify(`The calendar ${name} is deleted.`);
      onDeleted?.();
    }
    return errors;
  }
  return (
    <FormDialog
      title={`Delete the calendar ${name}?`}
      submitLabel="Delete"
      cancelLabel="Keep calendar"
      isDanger
      onClose={onClose}
      onSubmit={submit}
    >
      <p>A calendar that schedules use cannot be deleted.</p>
    </FormDialog>
  );
}
