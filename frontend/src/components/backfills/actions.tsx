/** What an operator can do with a backfill: as a menu in a list, or as buttons on its page. */

import { useState } from "react";
import { command } from "../../lib/api/mutations";
import type { BackfillState } from "../../lib/api/schema";
import { plural } from "../../lib/format";
import { FormReader } from "../../lib/validation";
import { FormDialog } from "../dialog/dialog";
import { CheckboxGroup } from "../form/fields";
import { type ActionLayout, ActionList } from "../menu/action-list";
import type { MenuItem } from "../menu/menu";
import { notify, notifyResult } from "../notices/store";
import { opposite } from "../notices/undo";
import type { Counts } from "./counts";

type ControlledBackfill = { uuid: string; state: BackfillState; counts: Counts };
type DialogProps = { backfill: ControlledBackfill; onClose: () => void };

export function BackfillActions(props: { backfill: ControlledBackfill; layout: ActionLayout }) {
  const { uuid: id, state, counts } = props.backfill;
  const [dialog, setDialog] = useState<"cancel" | "retry">();
  const dialogProps = { backfill: props.backfill, onClose: () => setDialog(undefined) };
  const items: MenuItem[] = [
    ...(state === "RUNNING"
      ? [{ label: "Pause", icon: "pause", onSelect: () => pause(id) } as const]
      : []),
    ...(state === "PAUSED"
      ? [{ label: "Resume", icon: "repeat", onSelect: () => resume(id) } as const]
      : []),
    ...(counts.failed
      ? [{ label: "Retry failed…", icon: "repeat", onSelect: () => setDialog("retry") } as const]
      : []),
    ...(state === "RUNNING" || state === "PAUSED"
      ? [
          {
            label: "Cancel…",
            icon: "ban",
            isDanger: true,
            onSelect: () => setDialog("cancel"),
          } as const,
        ]
      : []),
  ];
  if (!items.length && !dialog) return null;
  return (
    <ActionList layout={props.layout} label="Actions for the backfill" items={items}>
      {dialog === "cancel" && <CancelBackfill {...dialogProps} />}
      {dialog === "retry" && <RetryFailed {...dialogProps} />}
    </ActionList>
  );
}

async function pause(id: string) {
  const undo = opposite("resumeBackfill", { id }, "The backfill is resumed.");
  notifyResult(await command("pauseBackfill", { id }), "The backfill is paused.", undo);
}

async function resume(id: string) {
  const undo = opposite("pauseBackfill", { id }, "The backfill is paused again.");
  notifyResult(await command("resumeBackfill", { id }), "The backfill is resumed.", undo);
}

function CancelBackfill({ backfill: { uuid: id, counts }, onClose }: DialogProps) {
  async function submit(values: FormData) {
    const cancelActive = new FormReader(values).list("cancelActive").length > 0;
    const errors = await command("cancelBackfill", { id, cancelActive });
    if (!errors.length) notify("The backfill is cancelled.");
    return errors;
  }
  return (
    <FormDialog
      title="Cancel this backfill?"
      submitLabel="Cancel backfill"
      cancelLabel="Keep backfill"
      isDanger
      onClose={onClose}
      onSubmit={submit}
    >
      <p>{plural(counts.waiting, "waiting run")} will never start.</p>
      <CheckboxGroup
        name="cancelActive"
        label={`Active runs: ${counts.active}`}
        options={[["yes", "Cancel them too"]]}
        defaultValues={[]}
      />
    </FormDialog>
  );
}

function RetryFailed({ backfill: { uuid, counts }, onClose }: DialogProps) {
  async function submit() {
    const where = { backfillId: uuid, statuses: ["FAILED" as const] };
    const errors = await command("retryTasks", { where, dryRun: false });
    if (!errors.length) notify("The failed runs are retried.");
    return errors;
  }
  return (
    <FormDialog
      title={`Retry ${plural(counts.failed, "failed run")}?`}
      submitLabel="Retry"
      onClose={onClose}
      onSubmit={submit}
    >
      <p>Their tasks run again, each in its queue.</p>
    </FormDialog>
  );
}
