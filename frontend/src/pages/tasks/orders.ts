/** The orders of the list, by their names in the URL. */

import type { VariablesOf } from "../../lib/api/schema";
import type { TasksQuery } from "./query";

export type Order = NonNullable<VariablesOf<typeof TasksQuery>["orderBy"]>;

/** Newest first, unless the URL says otherwise. */
export const ORDERS: Record<string, { label: string; orderBy?: Order }> = {
  "": { label: "Newest" },
  oldest: { label: "Oldest", orderBy: { field: "CREATED_AT", direction: "ASC" } },
  finished: { label: "Last finished", orderBy: { field: "FINISHED_AT", direction: "DESC" } },
  "first-finished": {
    label: "First finished",
    orderBy: { field: "FINISHED_AT", direction: "ASC" },
  },
};

/** The columns that sort the list, with the orders of both directions. */
export const SORTABLE = {
  CREATED: { descending: "", ascending: "oldest" },
  FINISHED: { descending: "finished", ascending: "first-finished" },
} as const;

/** The name of an order in the URL. Orders that the page does not have are the default. */
export function orderName({ field, direction }: Order): string {
  const [name = ""] =
    Object.entries(ORDERS).find(
      ([, { orderBy }]) => orderBy?.field === field && orderBy.direction === direction,
    ) ?? [];
  return name;
}
