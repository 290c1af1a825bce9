/** The controls that choose which tasks are listed. Their values are in the URL. */

import { type FormEvent, useEffect, useRef } from "react";
import { Chips } from "../../components/chips";
import { Status } from "../../components/tasks/status";
import { TASK_STATUSES } from "../../components/tasks/statuses";
import { navigate, withParams } from "../../lib/router";
import { RANGES } from "./filter";

type Option = readonly [value: string, text: string];

const TYPES: Option[] = [
  ["one-off", "one-off"],
  ["scheduled", "scheduled"],
];
const ORDERS: Option[] = [
  ["oldest", "Oldest"],
  ["finished", "Recently finished"],
];

type FiltersProps = {
  params: URLSearchParams;
  problem?: string;
  queues: string[];
  nodes: string[];
};

export function Filters({ params, problem, queues, nodes }: FiltersProps) {
  const named = (names: string[]): Option[] => names.map((name) => [name, name]);
  const statuses = params.getAll("status");
  return (
    <search className="filters">
      <Search value={params.get("search") ?? ""} isInvalid={problem !== undefined} />
      <Chips
        label="Status"
        options={TASK_STATUSES.map((status) => [status, <Status key={status} status={status} />])}
        isChosen={(status) => statuses.includes(status)}
        onChoose={(status) => navigate(toggled(params, status))}
      />
      <div className="selects">
        <Select params={params} name="queue" label="Queue" options={named(queues)} />
        <Select params={params} name="node" label="Node" options={named(nodes)} />
        <Select params={params} name="type" label="Type" options={TYPES} />
        <Select params={params} name="within" label="Created in the last" options={RANGES} />
        <Select params={params} name="order" label="Sort" unset="Newest" options={ORDERS} />
      </div>
      {problem && (
        <p id="search-problem" className="error" role="alert">
          {problem}
        </p>
      )}
    </search>
  );
}

function Search({ value, isInvalid }: { value: string; isInvalid: boolean }) {
  const input = useRef<HTMLInputElement>(null);
  // The field keeps the focus when the URL changes, so it is not rendered anew with each value.
  useEffect(() => {
    if (input.current) input.current.value = value;
  }, [value]);

  function search(event: FormEvent) {
    event.preventDefault();
    if (input.current) navigate(filtered("search", input.current.value.trim()));
  }

  return (
    <form onSubmit={search}>
      <label htmlFor="search" className="sr-only">
        Search by ID or number
      </label>
      <input
        ref={input}
        id="search"
        type="search"
        defaultValue={value}
        placeholder="Search by ID or number"
        aria-invalid={isInvalid || undefined}
        aria-describedby={isInvalid ? "search-problem" : undefined}
      />
    </form>
  );
}

/** The URL with another filter; the list begins with its first page. */
function filtered(name: string, value: string): string {
  return withParams({ [name]: value, after: undefined, before: undefined });
}

function toggled(params: URLSearchParams, status: string): string {
  const next = new URLSearchParams(params);
  const isOn = next.getAll("status").includes(status);
  if (isOn) next.delete("status", status);
  else next.append("status", status);
  next.delete("after");
  next.delete("before");
  return `/app/tasks${next.size ? `?${next}` : ""}`;
}

function Select(props: {
  params: URLSearchParams;
  name: string;
  label: string;
  /** The option that sets no filter. */
  unset?: string;
  options: readonly Option[];
}) {
  const value = props.params.get(props.name) ?? "";
  const isKnown = !value || props.options.some(([option]) => option === value);
  return (
    <label className="select">
      <span>{props.label}</span>
      <select
        value={value}
        onChange={(event) => navigate(filtered(props.name, event.target.value))}
      >
        <option value="">{props.unset ?? "Any"}</option>
        {!isKnown && <option value={value}>{value}</option>}
        {props.options.map(([option, text]) => (
          <option key={option} value={option}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
}
