/** The tasks: searched, followed, and cancelled or retried together. */

import { Icon } from "../../components/icon";
import { Page } from "../../components/page/page";
import { ConnectionPager, pageArguments } from "../../components/page/pager";
import { EmptyState, Loading, QueryError } from "../../components/page/states";
import { RequireRole } from "../../components/viewer";
import { useLiveQuery } from "../../lib/api/live";
import type { VariablesOf } from "../../lib/api/schema";
import { count, plural } from "../../lib/format";
import { useHold } from "../../lib/hold";
import { Link, useParams } from "../../lib/routing/router";
import { BulkActions } from "./bulk-actions";
import { useColumns } from "./columns/column-choices";
import { ColumnPicker } from "./columns/column-picker";
import { DurationSparkline } from "./duration-sparkline";
import { Filters } from "./filters";
import { ORDERS } from "./orders";
import { TasksQuery } from "./query";
import { useRowKeys } from "./row-keys";
import { useHeldRows } from "./rows";
import { isAffected, problemOf, viewOf } from "./search/search";
import { useSelection } from "./selection";
import { TaskTable } from "./task-table";
import { stateOf } from "./views/list-state";
import "./tasks.css";

const PAGE_SIZE = 50;

export function Tasks() {
  const params = useParams();
  const key = params.toString();
  const { search, order } = stateOf(params);
  const view = viewOf(search);
  const variables = variablesOf(params, search, order, useColumns(view).includes("REASON"));
  const { data, error } = useLiveQuery(TasksQuery, variables, (event) => isAffected(event, search));
  const problem = problemOf(error);
  const selection = useSelection();
  const hold = useHold();
  const { rows, newCount, refresh } = useHeldRows(data?.tasks.nodes, {
    key,
    isHeld: hold.isHeld || selection.ids.size > 0,
    pageSize: PAGE_SIZE,
    withReason: variables.withReason,
  });
  const list = useRowKeys(rows, selection);
  const isFirstPage = !params.has("after") && !params.has("before");
  return (
    <Page
      title="Tasks"
      lead={data ? totalText(data.tasks, search) : problem ? "Invalid search" : "…"}
      query={TasksQuery}
      variables={variables}
    >
      <Filters text={search} order={order} problem={problem} />
      <QueryError error={data && error} />
      <div className="toolbar">
        <RequireRole>
          <BulkActions search={search} total={data?.tasks.totalCount ?? 0} selection={selection} />
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
        <div className="list-tools">
          <DurationSparkline rows={rows} />
          <ColumnPicker view={view} />
        </div>
      </div>
      {!data && !problem ? (
        <Loading error={error} />
      ) : rows.length ? (
        <div className="task-list" ref={list} {...hold.handlers}>
          <TaskTable rows={rows} view={view} order={order} selection={selection} />
        </div>
      ) : (
        <NoTasks isSearch={search !== ""} isInvalid={problem !== undefined} />
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
  search: string,
): string {
  const number = plural(tasks.totalCount, "task");
  const total = tasks.totalCountIsEstimate ? `About ${number}` : number;
  return search ? `${total} found` : total;
}

function NoTasks({ isSearch, isInvalid }: { isSearch: boolean; isInvalid: boolean }) {
  return (
    <EmptyState>
      {isSearch ? (
        <>
          {isInvalid ? "An invalid search shows no tasks." : "No task matches the search."}{" "}
          <Link href="/app/tasks">Show all tasks</Link>
        </>
      ) : (
        <>
          Tasks appear here when they are created. <Link href="/">Create a task</Link>
        </>
      )}
    </EmptyState>
  );
}

function variablesOf(
  params: URLSearchParams,
  search: string,
  order: string,
  withReason: boolean,
): VariablesOf<typeof TasksQuery> {
  const orderBy = ORDERS[order]?.orderBy;
  return {
    ...(search && { where: { search } }),
    ...(orderBy && { orderBy }),
    ...pageArguments(params, PAGE_SIZE),
    withReason,
  };
}
