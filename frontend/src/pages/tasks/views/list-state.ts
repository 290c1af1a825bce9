/** What the list of tasks shows, which its URL says and a view keeps under a name. Pure. */

import type { TaskColumn } from "../../../lib/api/schema";
import { columnsOfParam, columnsParam } from "../columns/columns";

export type ListState = {
  search: string;
  /** The name of an order in the URL. */
  order: string;
  /** Null for the columns that fit the search. */
  columns: readonly TaskColumn[] | null;
};

export type NamedState = ListState & { name: string };

/** The views that everyone has. */
export const BUILT_IN: readonly NamedState[] = [
  {
    name: "Failed in the last day",
    search: "status:failed finished:<1d",
    order: "finished",
    columns: null,
  },
  {
    name: "Stuck: pending for over an hour",
    search: "status:pending type:one-off created:>1h",
    order: "oldest",
    columns: null,
  },
  {
    name: "Stuck: running for over 10 minutes",
    search: "status:running started:>10m",
    order: "oldest",
    columns: ["QUEUE", "PRIORITY", "NODE", "QUEUE_TIME", "CREATED"],
  },
  {
    name: "Slowest: over 10 seconds in the last day",
    search: "finished:<1d runtime:>10s",
    order: "finished",
    columns: ["QUEUE", "NODE", "QUEUE_TIME", "DURATION", "FINISHED"],
  },
];

export function stateOf(params: URLSearchParams): ListState {
  return {
    search: params.get("search")?.trim() ?? "",
    order: params.get("order") ?? "",
    columns: columnsOfParam(params.get("columns")),
  };
}

export function urlOf({ search, order, columns }: ListState): string {
  const given = { search, order, columns: columnsParam(columns) };
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(given)) if (value) params.set(name, value);
  return `/app/tasks${params.size ? `?${params}` : ""}`;
}

export function isSame(one: ListState, other: ListState): boolean {
  return urlOf(one) === urlOf(other);
}
