/** The tasks: found, followed, and ended or run again, one by one or all that match. */

import { useMemo, useState } from "react";
import { act } from "../api";
import { count, duration, plural, shortId } from "../format";
import { Icon } from "../icons";
import { useLive } from "../log";
import { notify } from "../notices";
import { Confirm, Empty, Page, Pager, Problem, Status, Sum, Table, Time, Waiting } from "../parts";
import { Link, useParams, withParams } from "../router";
import { graphql, Refusal, type ResultOf, type VariablesOf } from "../schema";
import { Steering } from "../viewer";
import { concerns, Filters, type Where, whereOf } from "./task-filters";

const PAGE = 50;

const TasksPage = graphql(`
  query Tasks(
    $where: TaskWhere
    $orderBy: TaskOrder
    $first: Int
    $after: String
    $last: Int
    $before: String
  ) {
    tasks(
      where: $where
      orderBy: $orderBy
      first: $first
      after: $after
      last: $last
      before: $before
    ) {
      nodes {
        id
        uuid
        a
        b
        result
        status
        priority
        attempt
        run
        waitMs
        runMs
        createdAt
        queue {
          name
        }
        workerNode {
          name
        }
      }
      pageInfo {
        hasNextPage
        hasPreviousPage
        startCursor
        endCursor
      }
      totalCount
      totalCountIsEstimate
    }
    queues {
      name
    }
    workerNodes {
      name
    }
  }
`);

const CancelTasks = graphql(
  `
    mutation CancelTasks($input: CancelTasksInput!) {
      cancelTasks(input: $input) {
        count
        errors {
          ...Refusal
        }
      }
    }
  `,
  [Refusal],
);

const RetryTasks = graphql(
  `
    mutation RetryTasks($input: RetryTasksInput!) {
      retryTasks(input: $input) {
        count
        errors {
          ...Refusal
        }
      }
    }
  `,
  [Refusal],
);

type Row = ResultOf<typeof TasksPage>["tasks"]["nodes"][number];

const BULK = {
  cancel: {
    verb: "Cancel",
    done: "cancelled",
    text: "Those that wait end at once, those that run as soon as their node hears of it.",
    give: (where: Where, dryRun: boolean) => act(CancelTasks, { input: { where, dryRun } }),
  },
  retry: {
    verb: "Retry",
    done: "given a new run",
    text: "Those that failed or were cancelled are run again.",
    give: (where: Where, dryRun: boolean) => act(RetryTasks, { input: { where, dryRun } }),
  },
};

export function Tasks() {
  const params = useParams();
  const key = params.toString();
  const variables = useMemo(() => variablesOf(new URLSearchParams(key)), [key]);
  const { data, error } = useLive(TasksPage, variables, (line) => concerns(line, variables.where));
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [asking, setAsking] = useState<{ what: keyof typeof BULK; where: Where; count: number }>();

  const rows = data?.tasks.nodes ?? [];
  const selected = rows.filter((row) => chosen.has(row.id)).map((row) => row.id);
  const scope = selected.length ? plural(selected.length, "selected task") : "all that match";

  async function ask(what: keyof typeof BULK) {
    const where = selected.length ? { ids: selected } : (variables.where ?? {});
    const { payload, errors } = await BULK[what].give(where, true);
    if (payload && !errors.length) setAsking({ what, where, count: payload.count });
    else notify(errors.map((each) => each.message).join(" "));
  }

  function choose(id: string) {
    setChosen((before) => {
      const next = new Set(before);
      if (!next.delete(id)) next.add(id);
      return next;
    });
  }

  const total = data?.tasks;
  return (
    <Page
      title="Tasks"
      lead={
        total
          ? `${total.totalCountIsEstimate ? "About " : ""}${plural(total.totalCount, "task")} match`
          : "…"
      }
      query={TasksPage}
      variables={variables}
      actions={
        <Steering>
          <button type="button" onClick={() => ask("cancel")}>
            <Icon name="ban" /> Cancel {scope}…
          </button>
          <button type="button" onClick={() => ask("retry")}>
            <Icon name="repeat" /> Retry {scope}…
          </button>
        </Steering>
      }
    >
      <Filters
        params={params}
        queues={data?.queues.map(({ name }) => name) ?? []}
        nodes={data?.workerNodes.map(({ name }) => name) ?? []}
      />
      <Problem error={data && error} />
      {!data ? (
        <Waiting error={error} />
      ) : rows.length ? (
        <Rows rows={rows} chosen={chosen} choose={choose} setChosen={setChosen} />
      ) : (
        <Empty>
          No task matches.{" "}
          {key ? <Link href="/app/tasks">Show all</Link> : <Link href="/">Submit the first</Link>}
        </Empty>
      )}
      {data && <Pages info={data.tasks.pageInfo} shown={rows.length} />}
      {asking && (
        <Confirm
          title={`${BULK[asking.what].verb} ${plural(asking.count, "task")}?`}
          label={`${BULK[asking.what].verb} ${count(asking.count)}`}
          danger={asking.what === "cancel"}
          onClose={() => setAsking(undefined)}
          onConfirm={async () => {
            const { what, where } = asking;
            const { payload, errors } = await BULK[what].give(where, false);
            if (payload && !errors.length) {
              notify(`${plural(payload.count, "task")} ${BULK[what].done}`);
              setChosen(new Set());
            }
            return errors;
          }}
        >
          <p>{BULK[asking.what].text}</p>
        </Confirm>
      )}
    </Page>
  );
}

function variablesOf(params: URLSearchParams): VariablesOf<typeof TasksPage> {
  const where = whereOf(params);
  const before = params.get("before");
  return {
    ...(Object.keys(where).length && { where }),
    ...(params.get("order") === "finished" && { orderBy: { field: "FINISHED_AT" } }),
    ...(before ? { last: PAGE, before } : { first: PAGE, after: params.get("after") }),
  };
}

function Rows(props: {
  rows: Row[];
  chosen: ReadonlySet<string>;
  choose: (id: string) => void;
  setChosen: (ids: ReadonlySet<string>) => void;
}) {
  const { rows, chosen } = props;
  const isAll = rows.every((row) => chosen.has(row.id));
  return (
    <Table
      caption="Tasks"
      head={
        <>
          <th scope="col" className="tick">
            <input
              type="checkbox"
              aria-label="Select all on this page"
              checked={isAll}
              onChange={() => props.setChosen(new Set(isAll ? [] : rows.map((row) => row.id)))}
            />
          </th>
          <th scope="col">Task</th>
          <th scope="col">Status</th>
          <th scope="col">Sum</th>
          <th scope="col">Queue</th>
          <th scope="col" className="number">
            Priority
          </th>
          <th scope="col">Node</th>
          <th scope="col" className="number">
            Wait
          </th>
          <th scope="col" className="number">
            Run
          </th>
          <th scope="col">Created</th>
        </>
      }
    >
      {rows.map((row) => (
        <tr key={row.id} className={chosen.has(row.id) ? "chosen" : ""}>
          <td className="tick">
            <input
              type="checkbox"
              aria-label={`Select ${shortId(row.uuid)}`}
              checked={chosen.has(row.id)}
              onChange={() => props.choose(row.id)}
            />
          </td>
          <th scope="row">
            <Link href={`/app/tasks/${row.uuid}`} className="id">
              {shortId(row.uuid)}
            </Link>
          </th>
          <td>
            <Status status={row.status} />
          </td>
          <td>
            <Sum {...row} />
          </td>
          <td>{row.queue.name}</td>
          <td className="number">{row.priority}</td>
          <td>{row.workerNode?.name ?? <span className="muted">–</span>}</td>
          <td className="number">{duration(row.waitMs)}</td>
          <td className="number">{duration(row.runMs)}</td>
          <td>
            <Time at={row.createdAt} />
          </td>
        </tr>
      ))}
    </Table>
  );
}

function Pages(props: { info: ResultOf<typeof TasksPage>["tasks"]["pageInfo"]; shown: number }) {
  const { info } = props;
  return (
    <Pager
      newer={info.hasPreviousPage && withParams({ before: info.startCursor!, after: undefined })}
      older={info.hasNextPage && withParams({ after: info.endCursor!, before: undefined })}
    >
      {plural(props.shown, "task")} on this page
    </Pager>
  );
}
