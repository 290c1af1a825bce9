/** What an operator can do with a schedule: as a menu in a list, or as buttons on its page. */

import { useState } from "react";
import { command } from "../../lib/api/mutations";
import { navigate } from "../../lib/routing/router";
import { CreateBackfillDialog } from "../backfills/create-backfill";
import { ControlDialog } from "../dialog/control-dialog";
import { FormDialog } from "../dialog/dialog";
import { type ActionLayout, ActionList } from "../menu/action-list";
import type { MenuItem } from "../menu/menu";
import { notify, notifyResult } from "../notices/store";
import { opposite } from "../notices/undo";

type ControlledSchedule = { uuid: string; paused: boolean; pauseNote: string; name: string };

type ScheduleActionsProps = {
  schedule: ControlledSchedule;
  layout: ActionLayout;
  onDeleted?: () => void;
};

export function ScheduleActions({ schedule, layout, onDeleted }: ScheduleActionsProps) {
  const { uuid: id, paused, pauseNote, name } = schedule;
  const [dialog, setDialog] = useState<"pause" | "backfill" | "delete">();
  const close = () => setDialog(undefined);
  const items: MenuItem[] = [
    { label: "Run now", icon: "play", onSelect: () => runNow(id) },
    paused
      ? { label: "Resume", icon: "repeat", onSelect: () => resume(id, pauseNote) }
      : { label: "Pause…", icon: "pause", onSelect: () => setDialog("pause") },
    { label: "Backfill…", icon: "layers", onSelect: () => setDialog("backfill") },
    { label: "Edit", icon: "edit", onSelect: () => navigate(`/app/schedules/${id}/edit`) },
    { label: "Delete…", icon: "cross", isDanger: true, onSelect: () => setDialog("delete") },
  ];
  return (
    <ActionList layout={layout} label={`Actions for ${name}`} items={items}>
      {dialog === "pause" && <PauseSchedule id={id} onClose={close} />}
      {dialog === "backfill" && <CreateBackfillDialog scheduleId={id} onClose={close} />}
      {dialog === "delete" && <DeleteSchedule id={id} onClose={close} onDeleted={onDeleted} />}
    </ActionList>
  );
}

async function runNow(id: string) {
  notifyResult(await command("triggerTaskSchedule", { id }), "A run is triggered.");
}

async function resume(id: string, note: string) {
  const undo = opposite("pauseTaskSchedule", { id, note }, "The schedule is paused again.");
  const errors = await command("resumeTaskSchedule", { id });
  notifyResult(errors, "The schedule is resumed.", undo);
}

function PauseSchedule({ id, onClose }: { id: string; onClose: () => void }) {
  return (
    <ControlDialog
      title="Pause this schedule?"
      submitLabel="Pause"
      success="The schedule is paused."
      undo={opposite("resumeTaskSchedule", { id }, "The schedule is resumed.")}
      onClose={onClose}
      send={(values) => command("pauseTaskSchedule", { id, ...values })}
    >
      <p>No run is triggered until the schedule is resumed. A running task continues.</p>
    </ControlDialog>
  );
}

type DeleteProps = { id: string; onClose: () => void; onDeleted?: () => void };

function DeleteSchedule({ id, onClose, onDeleted }: DeleteProps) {
  async function submit() {
    const errors = await command("deleteTaskSchedule", { id });
    if (!errors.length) {
      notify("The schedule is deleted.");
      onDeleted?.();
    }
    return errors;
  }
  return (
    <FormDialog
      title="Delete this schedule?"
      submitLabel="Delete"
      cancelLabel="Keep schedule"
      isDanger
      onClose={onClose}
      onSubmit={submit}
    >
      <p>Its task, all results of the task, and its run history are deleted with it.</p>
    </FormDialog>
  );
}
