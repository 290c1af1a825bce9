/** What an operator can do with a node: a menu, and a dialog for each action. */

import { useState } from "react";
import { NumberField, TimeField } from "../../components/form/fields";
import { Menu, type MenuItem } from "../../components/menu";
import { isOnline } from "../../components/nodes/state";
import { command } from "../../lib/api/mutations";
import { AssignQueues } from "./assign-queues";
import { type ControlledNode, NodeDialog } from "./node-dialog";

type Action = "pause" | "drain" | "resume" | "resize" | "assign" | "stop" | "forget";

const ITEMS: Record<Action, Omit<MenuItem, "onSelect">> = {
  pause: { label: "Pause…", icon: "pause" },
  drain: { label: "Drain…", icon: "drain" },
  resume: { label: "Resume…", icon: "repeat" },
  resize: { label: "Resize…", icon: "server" },
  assign: { label: "Assign queues…", icon: "layers" },
  stop: { label: "Stop…", icon: "ban", isDanger: true },
  forget: { label: "Remove…", icon: "cross", isDanger: true },
};

function actionsOf(node: ControlledNode): Action[] {
  return [
    ...(node.scheduling === "ACTIVE" ? (["pause", "drain"] as const) : (["resume"] as const)),
    "resize",
    "assign",
    ...(isOnline(node) && !node.stopRequestedAt ? (["stop"] as const) : []),
    ...(node.connection === "OFFLINE" ? (["forget"] as const) : []),
  ];
}

export function NodeActions({ node, queues }: { node: ControlledNode; queues: string[] }) {
  const [action, setAction] = useState<Action>();
  const close = () => setAction(undefined);
  const items = actionsOf(node).map((each) => ({
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
      {action === "forget" && <Forget node={node} onClose={close} />}
    </>
  );
}

type DialogProps = { node: ControlledNode; onClose: () => void };

function Pause({ node: { name }, onClose }: DialogProps) {
  return (
    <NodeDialog
      title={`Pause ${name}?`}
      submitLabel="Pause"
      success={`${name} is paused.`}
      onClose={onClose}
      send={(_, note) => command("pauseWorkerNode", { name, note })}
    >
      <p>The node finishes its running tasks and takes no new ones until it is resumed.</p>
    </NodeDialog>
  );
}

function Drain({ node: { name }, onClose }: DialogProps) {
  return (
    <NodeDialog
      title={`Drain ${name}?`}
      submitLabel="Drain"
      success={`${name} is draining.`}
      onClose={onClose}
      send={async (reader, note) => {
        const deadline = reader.optionalTime("deadline", "Deadline");
        if (reader.errors.length) return reader.errors;
        return command("drainWorkerNode", { name, note, deadline });
      }}
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
    </NodeDialog>
  );
}

function Resume({ node: { name }, onClose }: DialogProps) {
  return (
    <NodeDialog
      title={`Resume ${name}?`}
      submitLabel="Resume"
      success={`${name} is active.`}
      onClose={onClose}
      send={(_, note) => command("resumeWorkerNode", { name, note })}
    >
      <p>The node takes tasks again.</p>
    </NodeDialog>
  );
}

function Resize({ node, onClose }: DialogProps) {
  const { name } = node;
  return (
    <NodeDialog
      title={`Resize ${name}`}
      submitLabel="Resize"
      success={`${name} is being resized.`}
      onClose={onClose}
      send={async (reader, note) => {
        const slots = reader.optionalInteger("slots", "Slots", { min: 1, max: 100 });
        if (reader.errors.length) return reader.errors;
        return command("resizeWorkerNode", { name, note, slots });
      }}
    >
      <p>Running tasks are not interrupted.</p>
      <NumberField
        name="slots"
        label="Slots"
        hint="1 to 100. Empty: as many as the node was started with."
        defaultValue={node.desiredSlots ?? node.slots}
        min={1}
        max={100}
      />
    </NodeDialog>
  );
}

function Stop({ node: { name }, onClose }: DialogProps) {
  return (
    <NodeDialog
      title={`Stop ${name}?`}
      submitLabel="Stop"
      success={`${name} is stopping.`}
      isDanger
      onClose={onClose}
      send={(_, note) => command("stopWorkerNode", { name, note })}
    >
      <p>
        The node finishes its running tasks and ends its process. A process manager such as Docker
        may start it again.
      </p>
    </NodeDialog>
  );
}

function Forget({ node: { name }, onClose }: DialogProps) {
  return (
    <NodeDialog
      title={`Remove ${name}?`}
      submitLabel="Remove"
      success={`${name} is removed.`}
      isDanger
      onClose={onClose}
      send={(_, note) => command("forgetWorkerNode", { name, note })}
    >
      <p>Its tasks, results and events stay. If the node starts again, it is a new one.</p>
    </NodeDialog>
  );
}
