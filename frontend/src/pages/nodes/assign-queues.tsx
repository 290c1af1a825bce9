/** The dialog that chooses from which queues a node takes tasks. */

import { useState } from "react";
import { ControlDialog } from "../../components/dialog/control-dialog";
import { CheckboxGroup } from "../../components/form/fields";
import { opposite } from "../../components/notices/undo";
import { command } from "../../lib/api/mutations";
import type { ControlledNode } from "./actions";

type Choice = "started" | "chosen";

export function AssignQueues(props: {
  node: ControlledNode;
  queues: string[];
  onClose: () => void;
}) {
  const { name, desiredQueues, queues } = props.node;
  const before = { name, queues: desiredQueues };
  const [choice, setChoice] = useState<Choice>(desiredQueues ? "chosen" : "started");
  return (
    <ControlDialog
      title={`Assign queues to ${name}`}
      submitLabel="Assign"
      success={`${name} has new queues.`}
      undo={opposite("assignWorkerNode", before, `${name} has its former queues.`)}
      onClose={props.onClose}
      read={(reader) => ({ queues: choice === "chosen" ? reader.list("queues") : null })}
      send={(values) => command("assignWorkerNode", { name, ...values })}
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
    </ControlDialog>
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
