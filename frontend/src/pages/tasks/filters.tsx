/** The controls that choose which tasks are listed. They write into the search, which the URL has. */

import { Chips } from "../../components/chips";
import "../../components/page/filters.css";
import { Status } from "../../components/tasks/status";
import { TASK_STATUSES } from "../../components/tasks/statuses";
import { useLiveQuery } from "../../lib/api/live";
import { graphql } from "../../lib/api/schema";
import { navigate, withParams } from "../../lib/routing/router";
import { valuesOf, withToggled, withValues } from "../../lib/search-text";
import { ORDERS } from "./orders";
import type { SearchProblem } from "./search/search";
import { SearchField } from "./search/search-field";
import { SearchTerms } from "./search/search-terms";
import { Views } from "./views/views";

const NamesQuery = graphql(`
  query FilterNames {
    queues {
      name
    }
    workerNodes {
      name
    }
  }
`);

type Option = readonly [value: string, text: string];

const TYPES: Option[] = [
  ["one-off", "one-off"],
  ["scheduled", "scheduled"],
];
const AGES: Option[] = [
  ["<5m", "5 minutes"],
  ["<1h", "hour"],
  ["<1d", "day"],
  ["<1w", "week"],
];

/** Show the tasks that a search matches, from the first page of the list. */
function search(text: string) {
  navigate(withParams({ search: text, after: undefined, before: undefined }));
}

export function Filters(props: { text: string; order: string; problem?: SearchProblem }) {
  const { text, order, problem } = props;
  const { data } = useLiveQuery(NamesQuery, {}, ({ kind }) => /^(QUEUE|NODE)_/.test(kind));
  const statuses = valuesOf(text, "status").map((status) => status.toLowerCase());
  const named = (names: { name: string }[] = []): Option[] => names.map(({ name }) => [name, name]);
  return (
    <search className="filters">
      <div className="search-row">
        <SearchField text={text} problem={problem} onSearch={search} />
        <Views />
      </div>
      {problem && (
        <p id="search-problem" className="error" role="alert">
          {problem.message}
        </p>
      )}
      <SearchTerms text={text} problem={problem} onSearch={search} />
      <Chips
        label="Status"
        options={TASK_STATUSES.map((status) => [status, <Status key={status} status={status} />])}
        isChosen={(status) => statuses.includes(status.toLowerCase())}
        onChoose={(status) => search(withToggled(text, "status", status.toLowerCase()))}
      />
      <div className="selects">
        <TermSelect text={text} term="queue" label="Queue" options={named(data?.queues)} />
        <TermSelect text={text} term="node" label="Node" options={named(data?.workerNodes)} />
        <TermSelect text={text} term="type" label="Type" options={TYPES} />
        <TermSelect text={text} term="created" label="Created in the last" options={AGES} />
        <Select
          value={order}
          label="Sort"
          unset={ORDERS[""]?.label}
          options={Object.entries(ORDERS).flatMap(([name, { label }]) =>
            name ? [[name, label] as const] : [],
          )}
          onChoose={(value) =>
            navigate(withParams({ order: value, after: undefined, before: undefined }))
          }
        />
      </div>
    </search>
  );
}

/** Chooses the value of a key of the search. */
function TermSelect(props: { text: string; term: string; label: string; options: Option[] }) {
  const { text, term, ...rest } = props;
  return (
    <Select
      {...rest}
      value={valuesOf(text, term).join(",")}
      onChoose={(value) => search(withValues(text, term, value ? [value] : []))}
    />
  );
}

function Select(props: {
  value: string;
  label: string;
  /** The option that stands for no value. */
  unset?: string;
  options: readonly Option[];
  onChoose: (value: string) => void;
}) {
  const { value } = props;
  const isKnown = !value || props.options.some(([option]) => option === value);
  return (
    <label className="select">
      <span>{props.label}</span>
      <select value={value} onChange={(event) => props.onChoose(event.target.value)}>
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
