/** The labels by which the list of schedules is filtered. They are in the URL, each on its own. */

const NAME = "label";

export function labelsOf(params: URLSearchParams): string[] {
  return params.getAll(NAME);
}

/** The parameters of the first page with a label added to the filter, or removed from it. */
export function withToggledLabel(params: URLSearchParams, label: string): URLSearchParams {
  const changed = new URLSearchParams(params);
  for (const name of ["after", "before"]) changed.delete(name);
  if (changed.getAll(NAME).includes(label)) changed.delete(NAME, label);
  else changed.append(NAME, label);
  return changed;
}

/** The labels that can be chosen: those of the filter first, then those of the schedules shown. */
export function choicesOf(chosen: string[], shown: readonly { labels: string[] }[]): string[] {
  const others = new Set(shown.flatMap(({ labels }) => labels));
  return [...new Set([...chosen, ...[...others].sort()])];
}
