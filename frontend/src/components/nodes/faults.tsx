/** The dialogs that inject a fault into a node, and say what then happens. */

import type { ReactNode } from "react";
import { command } from "../../lib/api/mutations";
import { Link } from "../../lib/routing/router";
import { ControlDialog } from "../dialog/control-dialog";
import { NumberField } from "../form/fields";

type DialogProps = { name: string; onClose: () => void };

const SECONDS = { min: 1, max: 120 };
/** Longer than the silence after which a node is offline. */
const SECONDS_DEFAULT = 20;

export function KillNode({ name, onClose }: DialogProps) {
  return (
    <ControlDialog
      title={`Kill ${name}?`}
      submitLabel="Kill"
      success={`${name} is being killed.`}
      isDanger
      onClose={onClose}
      send={(values) => command("injectFault", { killNode: { name, ...values } })}
    >
      <p>
        All processes of the node end at once, as by <code>SIGKILL</code>. The tasks that it runs
        are requeued and run again, at the latest after 10 seconds. <code>./run</code> and Docker
        start the node again; if nothing does, it stays offline.
      </p>
      <Guarantee>No task is lost, and each run has one result.</Guarantee>
    </ControlDialog>
  );
}

export function FreezeNode({ name, onClose }: DialogProps) {
  return (
    <ControlDialog
      title={`Freeze ${name}?`}
      submitLabel="Freeze"
      success={`${name} is being frozen.`}
      isDanger
      onClose={onClose}
      read={(reader) => ({ seconds: reader.integer("seconds", "Seconds", SECONDS) })}
      send={(values) => command("injectFault", { freezeNode: { name, ...values } })}
    >
      <p>
        All processes of the node stop, as by <code>SIGSTOP</code>, and continue by themselves.
        After 10 seconds without a heartbeat, the node is offline and its tasks are requeued.
      </p>
      <Guarantee>What the node stores for attempts that it has lost is refused.</Guarantee>
      <NumberField
        name="seconds"
        label="Seconds"
        hint="1 to 120"
        defaultValue={SECONDS_DEFAULT}
        {...SECONDS}
      />
    </ControlDialog>
  );
}

function Guarantee({ children }: { children: ReactNode }) {
  return (
    <p className="muted">
      {children} The <Link href="/app/ledger">ledger</Link> checks it every 5 seconds.
    </p>
  );
}
