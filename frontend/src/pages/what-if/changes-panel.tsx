/** The changes that a forecast assumes, and a form that adds one. */

import { useState } from "react";
import {
  CheckboxGroup,
  NumberField,
  type Option,
  SelectField,
  TextField,
} from "../../components/form/fields";
import { Form } from "../../components/form/form";
import { Icon } from "../../components/icon";
import { isOnline } from "../../components/nodes/state";
import { Panel } from "../../components/page/panel";
import { EmptyState, Loading } from "../../components/page/states";
import { POLICIES } from "../../components/scheduling-policies";
import { useLiveQuery } from "../../lib/api/live";
import type { ForecastChange } from "../../lib/api/schema";
import { FormReader } from "../../lib/validation";
import { changeText, FIELDS, KINDS, type Kind, readChange } from "./changes";
import { SubjectsQuery } from "./query";
import "./changes-panel.css";

type Names = { nodes: readonly string[]; queues: readonly string[] };

export function ChangesPanel(props: {
  changes: readonly ForecastChange[];
  onChange: (changes: ForecastChange[]) => void;
}) {
  const { changes, onChange } = props;
  const { data, error } = useLiveQuery(SubjectsQuery, {}, ({ kind }) =>
    /^(NODE|QUEUE)_/.test(kind),
  );
  return (
    <Panel title="Changes" className="what-if-changes">
      {changes.length ? (
        <ul>
          {changes.map((change, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the same change can be made twice.
            <li key={index}>
              {changeText(change)}
              <button
                type="button"
                className="quiet"
                onClick={() => onChange(changes.filter((_, place) => place !== index))}
              >
                <Icon name="cross" /> <span className="sr-only">{changeText(change)}: </span>
                Remove
              </button>
            </li>
          ))}
        </ul>
      ) : (
        <EmptyState>No changes yet. Add one to compare it with the cluster as it is.</EmptyState>
      )}
      {data ? (
        <AddChange
          names={{
            nodes: data.workerNodes.filter(isOnline).map(({ name }) => name),
            queues: data.queues.map(({ name }) => name),
          }}
          onAdd={(change) => onChange([...changes, change])}
        />
      ) : (
        <Loading error={error} />
      )}
    </Panel>
  );
}

function AddChange(props: { names: Names; onAdd: (change: ForecastChange) => void }) {
  const [kind, setKind] = useState<Kind>("drainNode");
  async function submit(entered: FormData) {
    const reader = new FormReader(entered);
    const change = readChange(kind, reader);
    if (!reader.errors.length) props.onAdd(change);
    return reader.errors;
  }
  return (
    <Form
      submitLabel="Add change"
      onSubmit={submit}
      onChange={(values) => setKind(values.get("kind") as Kind)}
    >
      <div className="fields">
        <SelectField name="kind" label="Change" options={KINDS} defaultValue={kind} />
        <ChangeFields kind={kind} names={props.names} />
      </div>
    </Form>
  );
}

/** Fields of other kinds are hidden, not removed: they keep what was entered. */
function ChangeFields({ kind, names }: { kind: Kind; names: Names }) {
  const only = (name: string) => ({ name, isHidden: !FIELDS[kind].includes(name) });
  return (
    <>
      <NumberField label="Number" {...only("number")} min={1} defaultValue={1} />
      <SelectField label="Node" {...only("node")} options={names.nodes.map(optionOf)} />
      <SelectField
        label="Queue"
        {...only("queue")}
        options={names.queues.map(optionOf)}
        defaultValue="default"
      />
      <NumberField label="Duration in seconds" {...only("seconds")} min={0} defaultValue={10} />
      <NumberField label="Slots" {...only("slots")} min={1} max={100} defaultValue={1} />
      <NumberField label="Priority" {...only("priority")} min={0} max={9} defaultValue={5} />
      <NumberField label="Running limit" {...only("limit")} min={1} placeholder="none" />
      <SelectField
        label="Order of tasks"
        {...only("policy")}
        options={Object.entries(POLICIES)}
        defaultValue="PRIORITY"
      />
      <CheckboxGroup
        label="Backfill"
        {...only("backfill")}
        options={[["on", "Start other tasks before one that waits for slots"]]}
        defaultValues={["on"]}
      />
      <TextField label="Queues" {...only("queues")} hint="Names with commas. Empty: all queues." />
    </>
  );
}

function optionOf(name: string): Option {
  return [name, name];
}
