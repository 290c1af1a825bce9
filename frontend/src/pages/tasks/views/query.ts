import { graphql, type ResultOf } from "../../../lib/api/schema";
import { orderName } from "../orders";
import type { NamedState } from "./list-state";

export const SavedViewFields = graphql(`
  fragment SavedViewFields on SavedView {
    id
    name
    search
    orderBy {
      field
      direction
    }
    columns
  }
`);

export const SavedViewsQuery = graphql(
  `
    query SavedViews {
      savedViews {
        ...SavedViewFields
      }
    }
  `,
  [SavedViewFields],
);

export type SavedView = ResultOf<typeof SavedViewsQuery>["savedViews"][number];

/** What the list shows if a saved view is chosen. */
export function savedState({ name, search, orderBy, columns }: SavedView): NamedState {
  return { name, search, order: orderName(orderBy), columns };
}
