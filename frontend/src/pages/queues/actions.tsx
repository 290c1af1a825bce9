/** What an operator can do with a queue: a menu, and a dialog for each action. */

import { useState } from "react";
import { ControlDialog } from "../../components/dialog/control-dialog";
import { NumberField, TextField } from "../../components/form/fields";
import { Menu } from "../../components/menu/menu";
import { notifyResult } from "../../components/notices/store";
import { opposite } from "../../components/notices/undo";
import { command } from "../../lib/api/mutations";
import type { FormReader } from "../../lib/validation";
import { readStartRate, type StartRate } from "./start-rate";
import { StartRateFields } from "./start-rate-fields";

type ControlledQueue = {
  name: string;
  paused: boolean;
  pauseNote: string;
  runningLimit: number | null;
  weight: number;
  startRate: StartRate | null;
};

const WEIGHT = { min: 0.001, max: 1000 };

export function QueueActions({ queue }: { queue: ControlledQueue }) {
  const [action, setAction] = useState<"pause" | "limit" | "delete">();
  const close = () => setAction(undefined);
  return (
    <>
      <Menu
        label={`Actions for ${queue.name}`}
        items={[
          queue.paused
            ? { label: "Resume", icon: "repeat", onSelect: () => resume(queue) }
            : { label: "Pause…", icon: "pause", onSelect: () => setAction("pause") },
          { label: "Set limits and weight…", icon: "layers", onSelect: () => setAction("limit") },
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

async function resume({ name, pauseNote: note }: ControlledQueue) {
  const undo = opposite("pauseQueue", { name, note }, `The queue ${name} is paused again.`);
  const errors = await command("resumeQueue", { name });
  notifyResult(errors, `The queue ${name} is resumed.`, undo);
}

type DialogProps = { queue: ControlledQueue; onClose: () => void };

function PauseQueue({ queue: { name }, onClose }: DialogProps) {
  return (
    <ControlDialog
      title={`Pause the queue ${name}?`}
      submitLabel="Pause"
      success={`The queue ${name} is paused.`}
      undo={opposite("resumeQueue", { name }, `The queue ${name} is resumed.`)}
      onClose={onClose}
      send={(values) => command("pauseQueue", { name, ...values })}
    >
      <p>No task of the queue starts until it is resumed. Running tasks continue.</p>
    </ControlDialog>
  );
}

function DeleteQueue({ queue: { name }, onClose }: DialogProps) {
  return (
    <ControlDialog
      title={`Delete the queue ${name}?`}
      submitLabel="Delete"
      success={`The queue ${name} is deleted.`}
      isDanger
      onClose={onClose}
      send={(values) => command("deleteQueue", { name, ...values })}
    >
      <p>Only a queue without tasks and schedules can be deleted.</p>
    </ControlDialog>
  );
}

function LimitField({ initial }: { initial?: number | null }) {
  return (
    <NumberField
      name="runningLimit"
      label="Running limit"
      hint="Tasks that run at once in the whole cluster. Empty: no limit."
      defaultValue={initial}
      min={1}
    />
  );
}

function WeightField({ initial = 1 }: { initial?: number }) {
  return (
    <NumberField
      name="weight"
      label="Weight"
      hint="The queue's part of the slots in the scheduling policy fair share."
      defaultValue={initial}
      min={WEIGHT.min}
      max={WEIGHT.max}
      step="any"
    />
  );
}

function readOptions(reader: FormReader) {
  return {
    runningLimit: reader.optionalInteger("runningLimit", "Running limit", { min: 1 }),
    weight: reader.decimal("weight", "Weight", WEIGHT),
    startRate: readStartRate(reader),
  };
}

function SetLimit({ queue: { name, runningLimit, weight, startRate }, onClose }: DialogProps) {
  const before = { name, runningLimit, weight, startRate };
  return (
    <ControlDialog
      title={`Set the limits and weight of ${name}`}
      submitLabel="Change queue"
      success={`The queue ${name} is changed.`}
      undo={opposite("updateQueue", before, `The queue ${name} is as before.`)}
      onClose={onClose}
      read={readOptions}
      send={(values) => command("updateQueue", { name, ...values })}
    >
      <LimitField initial={runningLimit} />
      <StartRateFields initial={startRate} />
      <WeightField initial={weight} />
    </ControlDialog>
  );
}

export function CreateQueue({ onClose }: { onClose: () => void }) {
  return (
    <ControlDialog
      title="Create queue"
      submitLabel="Create queue"
      success="The queue is created."
      onClose={onClose}
      read={(reader) => ({ name: reader.requiredText("name", "Name"), ...readOptions(reader) })}
      send={(values) => command("createQueue", values)}
    >
      <TextField
        name="name"
        label="Name"
        hint="Lower-case letters, digits, dots, hyphens and underscores."
        maxLength={63}
      />
      <LimitField />
      <StartRateFields />
      <WeightField />
    </ControlDialog>
  );
}
