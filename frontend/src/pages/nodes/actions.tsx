/** What an operator can do with a node: a menu, and a dialog for each action. */

import { useState } from "react";
import { ControlDialog } from "../../components/dialog/control-dialog";
import { NumberField, TimeField } from "../../components/form/fields";
import { Menu, type MenuItem } from "../../components/menu/menu";
import { FreezeNode, KillNode } from "../../components/nodes/faults";
import { isOnline, type NodeState } from "../../components/nodes/state";
import { opposite } from "../../components/notices/undo";
import { useViewer } from "../../components/viewer";
import { command } from "../../lib/api/mutations";
import { AssignQueues } from "./assign-queues";

export type ControlledNode = NodeState & {
  name: string;
  schedulingNote: string;
  drainDeadline: string | null;
  slots: number;
  desiredSlots: number | null;
  queues: string[];
  desiredQueues: string[] | null;
};

const SLOTS = { min: 1, max: 100 };

type Fault = "freeze" | "kill";
type Action = "pause" | "drain" | "resume" | "resize" | "assign" | "stop" | "forget" | Fault;

const ITEMS: Record<Action, Omit<MenuItem, "onSelect">> = {
  pause: { label: "Pause…", icon: "pause" },
  drain: { label: "Drain…", icon: "drain" },
  resume: { label: "Resume…", icon: "repeat" },
  resize: { label: "Resize…", icon: "server" },
  assign: { label: "Assign queues…", icon: "layers" },
  stop: { label: "Stop…", icon: "ban", isDanger: true },
  freeze: { label: "Freeze…", icon: "clock", isDanger: true },
  kill: { label: "Kill…", icon: "alert", isDanger: true },
  forget: { label: "Remove…", icon: "cross", isDanger: true },
};

function actionsOf(node: ControlledNode, canInjectFaults: boolean): Action[] {
  return [
    ...(node.scheduling === "ACTIVE" ? (["pause", "drain"] as const) : (["resume"] as const)),
    "resize",
    "assign",
    ...(isOnline(node) && !node.stopRequestedAt ? (["stop"] as const) : []),
    ...(isOnline(node) && canInjectFaults ? (["freeze", "kill"] as const) : []),
    ...(node.connection === "OFFLINE" ? (["forget"] as const) : []),
  ];
}

export function NodeActions({ node, queues }: { node: ControlledNode; queues: string[] }) {
  const [action, setAction] = useState<Action>();
  const close = () => setAction(undefined);
  const canInjectFaults = useViewer()?.canInjectFaults ?? false;
  const items = actionsOf(node, canInjectFaults).map((each) => ({
    ...ITEMS[each],
    onSelect: () => setAction(each),
  }));
  return (
    <>
      <Menu label={`Actions for ${node.name}`} items={items} />
      {action === "pause" && <Pause node={node} onClose={close} />}
      {action === "drain" && <Drain node={node} onClose={close} />}
      {action === "resume" && <Resume node={node} onClose={close} />}
      {action === "resize" && <Resize node={node} onClose={close} />}
      {action === "assign" && <AssignQueues node={node} queues={queues} onClose={close} />}
      {action === "stop" && <Stop node={node} onClose={close} />}
      {action === "freeze" && <FreezeNode name={node.name} onClose={close} />}
      {action === "kill" && <KillNode name={node.name} onClose={close} />}
      {action === "forget" && <Forget node={node} onClose={close} />}
    </>
  );
}

type DialogProps = { node: ControlledNode; onClose: () => void };

function Pause({ node: { name }, onClose }: DialogProps) {
  return (
    <ControlDialog
      title={`Pause ${name}?`}
      submitLabel="Pause"
      success={`${name} is paused.`}
      undo={opposite("resumeWorkerNode", { name }, `${name} is active.`)}
      onClose={onClose}
      send={(values) => command("pauseWorkerNode", { name, ...values })}
    >
      <p>The node finishes its running tasks and takes no new ones until it is resumed.</p>
    </ControlDialog>
  );
}

function Drain({ node: { name }, onClose }: DialogProps) {
  return (
    <ControlDialog
      title={`Drain ${name}?`}
      submitLabel="Drain"
      success={`${name} is draining.`}
      undo={opposite("resumeWorkerNode", { name }, `${name} is active.`)}
      onClose={onClose}
      read={(reader) => ({ deadline: reader.optionalTime("deadline", "Deadline") })}
      send={(values) => command("drainWorkerNode", { name, ...values })}
    >
      <p>
        The node finishes its running tasks and takes no new ones. It is then drained, and stays so
        until it is resumed.
      </p>
      <TimeField
        name="deadline"
        label="Deadline"
        hint="Optional. Tasks that still run at this time are requeued for other nodes."
      />
    </ControlDialog>
  );
}

function Resume({ node, onClose }: DialogProps) {
  const { name, schedulingNote: note, drainDeadline: deadline } = node;
  const undo =
    node.scheduling === "PAUSED"
      ? opposite("pauseWorkerNode", { name, note }, `${name} is paused again.`)
      : opposite("drainWorkerNode", { name, note, deadline }, `${name} is draining again.`);
  return (
    <ControlDialog
      title={`Resume ${name}?`}
      submitLabel="Resume"
      success={`${name} is active.`}
      undo={undo}
      onClose={onClose}
      send={(values) => command("resumeWorkerNode", { name, ...values })}
    >
      <p>The node takes tasks again.</p>
    </ControlDialog>
  );
}

function Resize({ node, onClose }: DialogProps) {
  const { name } = node;
  const before = { name, slots: node.desiredSlots };
  return (
    <ControlDialog
      title={`Resize ${name}`}
      submitLabel="Resize"
      success={`${name} is being resized.`}
      undo={opposite("resizeWorkerNode", before, `${name} is being resized back.`)}
      onClose={onClose}
      read={(reader) => ({ slots: reader.optionalInteger("slots", "Slots", SLOTS) })}
      send={(values) => command("resizeWorkerNode", { name, ...values })}
    >
      <p>Running tasks are not interrupted.</p>
      <NumberField
        name="slots"
        label="Slots"
        hint="1 to 100. Empty: as many as the node was started with."
        defaultValue={node.desiredSlots ?? node.slots}
        {...SLOTS}
      />
    </ControlDialog>
  );
}

function Stop({ node: { name }, onClose }: DialogProps) {
  return (
    <ControlDialog
      title={`Stop ${name}?`}
      submitLabel="Stop"
      success={`${name} is stopping.`}
      isDanger
      onClose={onClose}
      send={(values) => command("stopWorkerNode", { name, ...values })}
    >
      <p>
        The node finishes its running tasks and ends its process. A process manager such as Docker
        may start it again.
      </p>
    </ControlDialog>
  );
}

function Forget({ node: { name }, onClose }: DialogProps) {
  return (
    <ControlDialog
      title={`Remove ${name}?`}
      submitLabel="Remove"
      success={`${name} is removed.`}
      isDanger
      onClose={onClose}
      send={(values) => command("forgetWorkerNode", { name, ...values })}
    >
      <p>Its tasks, results and events stay. If the node starts again, it is a new one.</p>
    </ControlDialog>
  );
}
