/** What an operator can do with a queue: a menu, and a dialog for each action. */

import { useState } from "react";
import { FormDialog } from "../../components/dialog";
import { NumberField, ReasonField, TextField } from "../../components/form/fields";
import { Menu } from "../../components/menu";
import { notify, notifyResult } from "../../components/notices";
import { command } from "../../lib/api/mutations";
import { FormReader } from "../../lib/validation";

type ControlledQueue = { name: string; paused: boolean; runningLimit: number | null };

export function QueueActions({ queue }: { queue: ControlledQueue }) {
  const [action, setAction] = useState<"pause" | "limit" | "delete">();
  const close = () => setAction(undefined);
  return (
    <>
      <Menu
        label={`Actions for ${queue.name}`}
        items={[
          queue.paused
            ? { label: "Resume", icon: "repeat", onSelect: () => resume(queue.name) }
            : { label: "Pause…", icon: "pause", onSelect: () => setAction("pause") },
          { label: "Set limit…", icon: "layers", onSelect: () => setAction("limit") },
          {
            label: "Delete…",
            icon: "cross",
            isDanger: true,
            onSelect: () => setAction("delete"),
          },
        ]}
      />
      {action === "pause" && <PauseQueue queue={queue} onClose={close} />}
      {action === "limit" && <SetLimit queue={queue} onClose={close} />}
      {action === "delete" && <DeleteQueue queue={queue} onClose={close} />}
    </>
  );
}

async function resume(name: string) {
  notifyResult(await command("resumeQueue", { name }), `The queue ${name} is resumed.`);
}

type DialogProps = { queue: ControlledQueue; onClose: () => void };

function PauseQueue({ queue: { name }, onClose }: DialogProps) {
  async function submit(values: FormData) {
    const note = new FormReader(values).text("note");
    const errors = await command("pauseQueue", { name, note });
    if (!errors.length) notify(`The queue ${name} is paused.`);
    return errors;
  }
  return (
    <FormDialog
      title={`Pause the queue ${name}?`}
      submitLabel="Pause"
      onClose={onClose}
      onSubmit={submit}
    >
      <p>No task of the queue starts until it is resumed. Running tasks continue.</p>
      <ReasonField />
    </FormDialog>
  );
}

function DeleteQueue({ queue: { name }, onClose }: DialogProps) {
  async function submit(values: FormData) {
    const note = new FormReader(values).text("note");
    const errors = await command("deleteQueue", { name, note });
    if (!errors.length) notify(`The queue ${name} is deleted.`);
    return errors;
  }
  return (
    <FormDialog
      title={`Delete the queue ${name}?`}
      submitLabel="Delete"
      isDanger
      onClose={onClose}
      onSubmit={submit}
    >
      <p>Only a queue without tasks and schedules can be deleted.</p>
      <ReasonField />
    </FormDialog>
  );
}

function LimitField({ initial }: { initial?: number | null }) {
  return (
    <NumberField
      name="runningLimit"
      label="Max concurrent tasks"
      hint="In the whole cluster. Empty: no limit."
      defaultValue={initial}
      min={1}
    />
  );
}

function readLimit(reader: FormReader): number | null {
  return reader.optionalInteger("runningLimit", "Max concurrent tasks", { min: 1 });
}

function SetLimit({ queue: { name, runningLimit }, onClose }: DialogProps) {
  async function submit(values: FormData) {
    const reader = new FormReader(values);
    const limit = readLimit(reader);
    if (reader.errors.length) return reader.errors;
    const note = reader.text("note");
    const errors = await command("updateQueue", { name, runningLimit: limit, note });
    if (!errors.length) notify(`The limit of the queue ${name} is changed.`);
    return errors;
  }
  return (
    <FormDialog
      title={`Set the limit of ${name}`}
      submitLabel="Set limit"
      onClose={onClose}
      onSubmit={submit}
    >
      <LimitField initial={runningLimit} />
      <ReasonField />
    </FormDialog>
  );
}

export function CreateQueue({ onClose }: { onClose: () => void }) {
  async function submit(values: FormData) {
    const reader = new FormReader(values);
    const name = reader.requiredText("name", "Name");
    const runningLimit = readLimit(reader);
    if (reader.errors.length) return reader.errors;
    const note = reader.text("note");
    const errors = await command("createQueue", { name, runningLimit, note });
    if (!errors.length) notify(`The queue ${name} is created.`);
    return errors;
  }
  return (
    <FormDialog title="Create queue" submitLabel="Create queue" onClose={onClose} onSubmit={submit}>
      <TextField
        name="name"
        label="Name"
        hint="Lower-case letters, digits, dots, hyphens and underscores."
        maxLength={63}
      />
      <LimitField />
      <ReasonField />
    </FormDialog>
  );
}
