/** The dialog that chooses from which queues a node takes tasks. */

import { useState } from "react";
import { CheckboxGroup } from "../../components/form/fields";
import { command } from "../../lib/api/mutations";
import { type ControlledNode, NodeDialog } from "./node-dialog";

type Choice = "started" | "chosen";

export function AssignQueues(props: {
  node: ControlledNode;
  queues: string[];
  onClose: () => void;
}) {
  const { name, desiredQueues, queues } = props.node;
  const [choice, setChoice] = useState<Choice>(desiredQueues ? "chosen" : "started");
  return (
    <NodeDialog
      title={`Assign queues to ${name}`}
      submitLabel="Assign"
      success={`${name} has new queues.`}
      onClose={props.onClose}
      send={async (reader, note) => {
        const chosen = choice === "chosen" ? reader.list("queues") : null;
        return command("assignWorkerNode", { name, note, queues: chosen });
      }}
    >
      <fieldset className="checkboxes">
        <legend>The node takes tasks from</legend>
        <Radio value="started" choice={choice} onChoose={setChoice}>
          the queues that it was started with
        </Radio>
        <Radio value="chosen" choice={choice} onChoose={setChoice}>
          these queues only
        </Radio>
      </fieldset>
      {choice === "chosen" && (
        <CheckboxGroup
          name="queues"
          label="Queues"
          options={props.queues.map((queue) => [queue, queue])}
          defaultValues={desiredQueues ?? queues}
        />
      )}
    </NodeDialog>
  );
}

function Radio(props: {
  value: Choice;
  choice: Choice;
  onChoose: (choice: Choice) => void;
  children: string;
}) {
  return (
    <label>
      <input
        type="radio"
        name="choice"
        checked={props.choice === props.value}
        onChange={() => props.onChoose(props.value)}
      />
      {props.children}
    </label>
  );
}
