/** Which tasks: as chosen, as it stands in the URL, and as the API is asked. */

import type { FormEvent } from "react";
import type { Line } from "../log";
import { Status } from "../parts";
import { navigate, withParams } from "../router";
import type { graphql, TaskStatus } from "../schema";

export type Where = ReturnType<typeof graphql.scalar<"TaskWhere">>;

const STATUSES: TaskStatus[] = ["PENDING", "RUNNING", "SUCCESS", "FAILED", "CANCELLED"];
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const INTEGER = /^[+-]?\d+$/;
const SPANS = { "5 minutes": 300, hour: 3_600, day: 86_400, week: 604_800 };

export function whereOf(params: URLSearchParams): Where {
  const statuses = STATUSES.filter((status) => params.getAll("status").includes(status));
  const search = params.get("search")?.trim() ?? "";
  const within = Number(params.get("within"));
  return {
    ...(statuses.length && { statuses }),
    ...(params.get("queue") && { queue: params.get("queue") }),
    ...(params.get("node") && { workerNode: params.get("node") }),
    ...(params.get("kind") && { scheduled: params.get("kind") === "scheduled" }),
    ...(within > 0 && {
      createdAt: { start: new Date(Date.now() - within * 1_000).toISOString() },
    }),
    ...(UUID.test(search) && { ids: [search] }),
    ...(INTEGER.test(search) && {
      OR: (["a", "b", "result"] as const).map((name) => ({ [name]: { equals: search } })),
    }),
  };
}

/** Whether a line of the log may be about a task that is chosen, or was. */
export function concerns(line: Line, where: Where | null | undefined): boolean {
  if (!line.taskCount) return false;
  if (where?.queue && line.queue !== where.queue) return false;
  if (!where?.statuses) return true;
  return where.statuses.some((each) => each === line.status || each === line.previousStatus);
}

export function Filters(props: { params: URLSearchParams; queues: string[]; nodes: string[] }) {
  const { params } = props;
  const search = params.get("search") ?? "";
  const isUnknown = search && !UUID.test(search.trim()) && !INTEGER.test(search.trim());

  function find(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const entered = new FormData(event.currentTarget).get("search") as string;
    navigate(filtered("search", entered));
  }

  return (
    <search className="filters">
      <form onSubmit={find}>
        <label htmlFor="search" className="sr-only">
          A number or the id of a task
        </label>
        <input
          id="search"
          name="search"
          type="search"
          key={search}
          defaultValue={search}
          placeholder="A number or an id"
          aria-describedby={isUnknown ? "search-note" : undefined}
        />
      </form>
      <fieldset className="chips">
        <legend className="sr-only">Status</legend>
        {STATUSES.map((status) => (
          <button
            key={status}
            type="button"
            aria-pressed={params.getAll("status").includes(status)}
            onClick={() => navigate(toggled(params, status))}
          >
            <Status status={status} />
          </button>
        ))}
      </fieldset>
      <div className="selects">
        <Select name="queue" label="Queue" value={params.get("queue")} options={props.queues} />
        <Select name="node" label="Node" value={params.get("node")} options={props.nodes} />
        <Select
          name="kind"
          label="Kind"
          value={params.get("kind")}
          options={["scheduled", "single"]}
        />
        <Select
          name="within"
          label="Created within"
          value={params.get("within")}
          options={Object.entries(SPANS).map(([name, seconds]) => [String(seconds), name])}
        />
        <Select
          name="order"
          label="Order"
          value={params.get("order")}
          any="newest first"
          options={[["finished", "last finished first"]]}
        />
      </div>
      {isUnknown && (
        <small id="search-note" role="alert">
          Search for a whole number (A, B or the sum) or for the full id of a task.
        </small>
      )}
    </search>
  );
}

/** The page with another filter begins at its beginning. */
function filtered(name: string, value: string): string {
  return withParams({ [name]: value, after: undefined, before: undefined });
}

function toggled(params: URLSearchParams, status: TaskStatus): string {
  const next = new URLSearchParams(params);
  const others = next.getAll("status").filter((each) => each !== status);
  const isOn = others.length < next.getAll("status").length;
  for (const name of ["status", "after", "before"]) next.delete(name);
  for (const each of isOn ? others : [...others, status]) next.append("status", each);
  return `/app/tasks${next.size ? `?${next}` : ""}`;
}

function Select(props: {
  name: string;
  label: string;
  value: string | null;
  any?: string;
  options: (string | [value: string, text: string])[];
}) {
  return (
    <label className="select">
      <span>{props.label}</span>
      <select
        value={props.value ?? ""}
        onChange={(event) => navigate(filtered(props.name, event.target.value))}
      >
        <option value="">{props.any ?? "any"}</option>
        {props.options.map((option) => {
          const [value, text] = typeof option === "string" ? [option, option] : option;
          return (
            <option key={value} value={value}>
              {text}
            </option>
          );
        })}
      </select>
    </label>
  );
}
