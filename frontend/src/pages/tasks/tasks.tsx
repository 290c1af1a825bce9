/** The tasks: filtered, followed, and cancelled or retried together. */

import { useMemo } from "react";
import { Icon } from "../../components/icon";
import { Page } from "../../components/page";
import { ConnectionPager, pageArguments } from "../../components/pager";
import { EmptyState, Loading, QueryError } from "../../components/states";
import { RequireRole } from "../../components/viewer";
import { useLiveQuery } from "../../lib/api/live";
import type { VariablesOf } from "../../lib/api/schema";
import { count, plural } from "../../lib/format";
import { useHold } from "../../lib/hold";
import { Link, useParams } from "../../lib/router";
import { BulkActions } from "./bulk-actions";
import { type Filter, isAffected, readFilter } from "./filter";
import { Filters } from "./filters";
import { TasksQuery } from "./query";
import { useHeldRows } from "./rows";
import { useSelection } from "./selection";
import { TaskTable, viewOf } from "./task-table";
import "./tasks.css";

const PAGE_SIZE = 50;

export function Tasks() {
  const params = useParams();
  const key = params.toString();
  // A filter by age counts from now, and would be another one in each rendering.
  const { filter, variables } = useMemo(() => {
    const params = new URLSearchParams(key);
    const filter = readFilter(params);
    return { filter, variables: variablesOf(params, filter) };
  }, [key]);
  const { data, error } = useLiveQuery(TasksQuery, variables, (event) =>
    isAffected(event, filter.where),
  );
  const selection = useSelection();
  const hold = useHold();
  const { rows, newCount, refresh } = useHeldRows(data?.tasks.nodes, {
    key,
    isHeld: hold.isHeld || selection.ids.size > 0,
    pageSize: PAGE_SIZE,
    withReason: variables.withReason,
  });
  const isFirstPage = !params.has("after") && !params.has("before");
  return (
    <Page
      title="Tasks"
      lead={data ? totalText(data.tasks, filter) : "…"}
      query={TasksQuery}
      variables={variables}
    >
      <Filters
        params={params}
        problem={filter.problem}
        queues={data?.queues.map(({ name }) => name) ?? []}
        nodes={data?.workerNodes.map(({ name }) => name) ?? []}
      />
      <QueryError error={data && error} />
      <div className="toolbar">
        <RequireRole>
          <BulkActions filter={filter} total={data?.tasks.totalCount ?? 0} selection={selection} />
        </RequireRole>
        {selection.ids.size > 0 && (
          <button type="button" onClick={selection.clear}>
            <Icon name="cross" /> Clear selection
          </button>
        )}
        {newCount > 0 && isFirstPage && (
          <button type="button" className="new-rows" onClick={refresh}>
            Show{" "}
            {newCount === PAGE_SIZE
              ? `${count(newCount)} or more new tasks`
              : plural(newCount, "new task")}
          </button>
        )}
      </div>
      {!data ? (
        <Loading error={error} />
      ) : rows.length ? (
        <div className="task-list" {...hold.handlers}>
          <TaskTable rows={rows} view={viewOf(filter.where.statuses)} selection={selection} />
        </div>
      ) : (
        <NoTasks isFiltered={key !== ""} />
      )}
      {data && (
        <ConnectionPager info={data.tasks.pageInfo}>
          {plural(rows.length, "task")} on this page
        </ConnectionPager>
      )}
    </Page>
  );
}

function totalText(
  tasks: { totalCount: number; totalCountIsEstimate: boolean },
  filter: Filter,
): string {
  const number = plural(tasks.totalCount, "task");
  const total = tasks.totalCountIsEstimate ? `About ${number}` : number;
  return filter.description ? `${total}: ${filter.description}` : total;
}

function NoTasks({ isFiltered }: { isFiltered: boolean }) {
  return (
    <EmptyState>
      {isFiltered ? (
        <>
          No task matches the filter. <Link href="/app/tasks">Show all tasks</Link>
        </>
      ) : (
        <>
          Tasks appear here when they are created. <Link href="/">Create a task</Link>
        </>
      )}
    </EmptyState>
  );
}

const ORDERS = {
  finished: { field: "FINISHED_AT", direction: "DESC" },
  oldest: { field: "CREATED_AT", direction: "ASC" },
} as const;

function variablesOf(params: URLSearchParams, filter: Filter): VariablesOf<typeof TasksQuery> {
  const order = ORDERS[params.get("order") as keyof typeof ORDERS];
  return {
    where: filter.where,
    ...(order && { orderBy: order }),
    ...pageArguments(params, PAGE_SIZE),
    withReason: viewOf(filter.where.statuses) === "pending",
  };
}
