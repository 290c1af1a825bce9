/** Two states of a list of tasks, compared. */

/** The rows in their order, each in its present state if that is known. */
export function withPresentState<Row extends { id: string }>(
  rows: readonly Row[],
  present: readonly Row[],
): Row[] {
  const byId = new Map(present.map((row) => [row.id, row]));
  return rows.map((row) => byId.get(row.id) ?? row);
}

/** How many of the newest rows are not shown. */
export function countNew(
  shown: readonly { id: string }[],
  newest: readonly { id: string }[],
): number {
  const known = new Set(shown.map(({ id }) => id));
  return newest.filter(({ id }) => !known.has(id)).length;
}
