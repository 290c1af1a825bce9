/** The form that creates one task, or many equal ones. */

import { useState } from "react";
import { useLiveQuery } from "../../lib/api/live";
import { mutate } from "../../lib/api/mutations";
import { graphql, type UserError } from "../../lib/api/schema";
import { localInput } from "../../lib/format";
import { FormReader } from "../../lib/validation";
import { BigIntegerField, NumberField, SelectField, TextField, TimeField } from "../form/fields";
import { Form } from "../form/form";
import { CreateTask, CreateTasks } from "./create";
import { AttemptFields, ConcurrencyFields, readOptions, WorkFields } from "./option-fields";
import "./task-form.css";

const COUNT_MAX = 10_000;

const QueueNames = graphql(`
  query QueueNames {
    queues {
      name
    }
  }
`);

/** The options of a task that a client can choose. */
export type TaskOptions = {
  a: string;
  b: string;
  queue: string;
  priority: number;
  durationMs: number;
  slots: number;
  maxAttempts: number;
  failAttempts: number;
  retryBackoffMs: number;
  /** Empty for none. */
  concurrencyKey: string;
  concurrencyLimit: number;
  runAt: string | null;
  expiresAt: string | null;
};

export const NEW_TASK: TaskOptions = {
  a: "2",
  b: "40",
  queue: "default",
  priority: 5,
  durationMs: 0,
  slots: 1,
  maxAttempts: 3,
  failAttempts: 0,
  retryBackoffMs: 1_000,
  concurrencyKey: "",
  concurrencyLimit: 1,
  runAt: null,
  expiresAt: null,
};

export type Created = { uuid: string } | { count: number };

/** The names of all queues; null until they are known. */
export function useQueueNames(): string[] | null {
  const { data } = useLiveQuery(QueueNames, {}, ({ kind }) =>
    /^QUEUE_(CREATED|DELETED)$/.test(kind),
  );
  return data?.queues.map(({ name }) => name) ?? null;
}

export function TaskForm(props: {
  initial: TaskOptions;
  submitLabel: string;
  /** Whether the advanced options are shown at once. */
  isExpanded?: boolean;
  onCancel?: () => void;
  /** Called with undefined if nothing was created. */
  onCreated: (created: Created | undefined) => void;
}) {
  const { initial } = props;
  async function submit(values: FormData): Promise<UserError[]> {
    const { created, errors } = await create(values);
    props.onCreated(created);
    return errors;
  }
  return (
    <Form
      className="task-form"
      submitLabel={props.submitLabel}
      cancelLabel="Cancel"
      onCancel={props.onCancel}
      onSubmit={submit}
    >
      <div className="fields">
        <BigIntegerField name="a" label="A" defaultValue={initial.a} />
        <BigIntegerField name="b" label="B" defaultValue={initial.b} />
        <NumberField name="count" label="Count" defaultValue={1} min={1} max={COUNT_MAX} />
        <QueueField initial={initial.queue} />
      </div>
      <AdvancedOptions {...props} />
    </Form>
  );
}

function AdvancedOptions({ initial, isExpanded }: { initial: TaskOptions; isExpanded?: boolean }) {
  const [isOpen, setIsOpen] = useState(isExpanded ?? false);
  return (
    <details open={isOpen} onToggle={(event) => setIsOpen(event.currentTarget.open)}>
      <summary>Advanced options</summary>
      <div className="fields">
        <WorkFields initial={initial} />
        <TimeField name="runAt" label="Run at" defaultValue={inputTime(initial.runAt)} />
        <TimeField
          name="expiresAt"
          label="Expires at"
          defaultValue={inputTime(initial.expiresAt)}
        />
        <AttemptFields initial={initial} />
        <ConcurrencyFields initial={initial} />
        <TextField name="idempotencyKey" label="Idempotency key" maxLength={255} />
      </div>
    </details>
  );
}

/** A list of the queues that exist. */
export function QueueField({ initial }: { initial: string }) {
  const names = useQueueNames();
  const options = names?.includes(initial) ? names : [initial, ...(names ?? [])];
  return (
    <SelectField
      // The initial value can be chosen only when its option is there.
      key={String(names !== null)}
      name="queue"
      label="Queue"
      defaultValue={initial}
      options={options.map((name) => [name, name])}
    />
  );
}

function inputTime(at: string | null): string {
  return at ? localInput(new Date(at)) : "";
}

async function create(values: FormData): Promise<{ created?: Created; errors: UserError[] }> {
  const reader = new FormReader(values);
  const count = reader.integer("count", "Count", { min: 1, max: COUNT_MAX });
  const idempotencyKey = reader.text("idempotencyKey") || null;
  const task = {
    a: reader.bigInteger("a", "A"),
    b: reader.bigInteger("b", "B"),
    ...readOptions(reader),
    runAt: reader.optionalTime("runAt", "Run at"),
    expiresAt: reader.optionalTime("expiresAt", "Expires at"),
  };
  if (reader.errors.length) return { errors: reader.errors };
  if (count === 1) {
    const { payload, errors } = await mutate(CreateTask, { input: { ...task, idempotencyKey } });
    return { created: payload?.task ? { uuid: payload.task.uuid } : undefined, errors };
  }
  const tasks = Array.from({ length: count }, () => task);
  const { payload, errors } = await mutate(CreateTasks, { input: { tasks, idempotencyKey } });
  const isCreated = payload && !errors.length;
  // The rows are equal: what is wrong with one is wrong with all.
  return { created: isCreated ? { count: payload.count } : undefined, errors: errors.slice(0, 1) };
}
