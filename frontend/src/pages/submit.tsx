/** One sum to be computed, or a burst of them. */

import { type FormEvent, useState } from "react";
import { act } from "../api";
import { duration, plural } from "../format";
import { Field, Refusals, Status, Sum } from "../parts";
import { Link } from "../router";
import { graphql, Refusal, type UserError } from "../schema";
import { useTask } from "./task-data";

const BURST_MAX = 10_000;

const CreateTask = graphql(
  `
    mutation CreateTask($input: CreateTaskInput!) {
      createTask(input: $input) {
        task {
          uuid
        }
        errors {
          ...Refusal
        }
      }
    }
  `,
  [Refusal],
);

const CreateTasks = graphql(
  `
    mutation CreateTasks($input: CreateTasksInput!) {
      createTasks(input: $input) {
        count
        errors {
          ...Refusal
        }
      }
    }
  `,
  [Refusal],
);

const FIELDS = ["a", "b", "times", "durationMs", "queue", "priority", "runAt"];

export function Submit() {
  const [errors, setErrors] = useState<UserError[]>([]);
  const [isBusy, setIsBusy] = useState(false);
  const [last, setLast] = useState<{ id: string } | { count: number }>();

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const entries = new FormData(event.currentTarget);
    const text = (name: string) => (entries.get(name) as string).trim();
    const task = {
      a: text("a"),
      b: text("b"),
      durationMs: Number(text("durationMs")),
      queue: text("queue"),
      priority: Number(text("priority")),
      runAt: text("runAt") ? new Date(text("runAt")).toISOString() : null,
    };
    const times = Number(text("times"));
    setIsBusy(true);
    if (times === 1) {
      const { payload, errors } = await act(CreateTask, { input: task });
      setErrors(errors);
      if (payload?.task) setLast({ id: payload.task.uuid });
    } else {
      const tasks = Array.from({ length: times }, () => task);
      const { payload, errors } = await act(CreateTasks, { input: { tasks } });
      // What is wrong with one row is wrong with all.
      setErrors(errors.slice(0, 1));
      if (payload && !errors.length) setLast({ count: payload.count });
    }
    setIsBusy(false);
  }

  function input(name: string, label: string, initial: string, attributes: object) {
    return (
      <Field label={label} name={name} errors={errors}>
        {(ids) => <input {...ids} name={name} defaultValue={initial} {...attributes} />}
      </Field>
    );
  }

  const whole = { inputMode: "numeric", required: true, autoComplete: "off" };
  return (
    <>
      <form className="form submit" onSubmit={submit}>
        {input("a", "A", "2", whole)}
        {input("b", "B", "40", whole)}
        {input("times", "How many", "1", {
          type: "number",
          min: 1,
          max: BURST_MAX,
          required: true,
        })}
        <button className="primary" disabled={isBusy}>
          Submit
        </button>
        <details>
          <summary>More</summary>
          <div className="form submit">
            {input("durationMs", "Simulated work (ms)", "0", { type: "number", min: 0 })}
            {input("priority", "Priority, 0 to 9", "5", { type: "number", min: 0, max: 9 })}
            {input("queue", "Queue", "default", { required: true })}
            {input("runAt", "Not before", "", { type: "datetime-local", step: 1 })}
          </div>
        </details>
      </form>
      <Refusals errors={errors} fields={FIELDS} />
      <div className="last" role="status">
        {last && ("id" in last ? <LastTask key={last.id} id={last.id} /> : <LastBurst {...last} />)}
      </div>
    </>
  );
}

function LastTask({ id }: { id: string }) {
  const { task } = useTask(id);
  if (!task) return null;
  return (
    <p>
      <Link href={`/app/tasks/${task.uuid}`}>
        <Sum {...task} />
      </Link>
      <Status status={task.status} />
      <span className="muted">
        {task.workerNode && `on ${task.workerNode.name} `}
        {task.finishedAt &&
          `after ${duration(Date.parse(task.finishedAt) - Date.parse(task.createdAt))}`}
      </span>
    </p>
  );
}

function LastBurst({ count }: { count: number }) {
  return (
    <p>
      {plural(count, "task")} created. <Link href="/app/tasks">See them</Link>
    </p>
  );
}
