/**
 * The text of a search for tasks, as far as controls and links read and write it.
 *
 * The server parses it: here it is only split into its terms.
 */

export type SearchTerm = {
  text: string;
  /** The index of its first character. */
  start: number;
  /** In lower case; undefined for a word without a key. */
  key?: string;
  isNegated: boolean;
  /** Without quotation marks. */
  values: string[];
};

const TERM = /(?:[^\s"]|"(?:[^"\\]|\\.)*(?:"|\\?$))+/gsu;
const KEYED = /^(-?)([a-z][a-z-]*):(.*)$/isu;
const VALUE = /(?:[^,"]|"(?:[^"\\]|\\.)*(?:"|\\?$))+/gsu;

export function termsOf(text: string): SearchTerm[] {
  return [...text.matchAll(TERM)].map(({ 0: term, index }) => {
    const [, minus, key, values = ""] = KEYED.exec(term) ?? [];
    return {
      text: term,
      start: index,
      key: key?.toLowerCase(),
      isNegated: minus === "-",
      values: (values.match(VALUE) ?? []).map(unquoted),
    };
  });
}

function unquoted(value: string): string {
  const [, inner] = /^"(.*)"$/su.exec(value) ?? [];
  return inner === undefined ? value : inner.replace(/\\(.)/gsu, "$1");
}

/** A value as it is written in a search. */
export function quoted(value: string): string {
  return /^[^\s,"]+$/u.test(value) ? value : `"${value.replace(/["\\]/g, "\\$&")}"`;
}

/** The values of a key; none if its terms are negated. */
export function valuesOf(text: string, key: string): string[] {
  return termsOf(text)
    .filter((term) => term.key === key && !term.isNegated)
    .flatMap(({ values }) => values);
}

/** The text with these values of a key in place of all others; with none, without the key. */
export function withValues(text: string, key: string, values: readonly string[]): string {
  const others = termsOf(text).filter((term) => term.key !== key || term.isNegated);
  const own = values.length ? [`${key}:${values.map(quoted).join(",")}`] : [];
  return [...others.map((term) => term.text), ...own].join(" ");
}

/** The text with a value of a key added, or removed if it was there. */
export function withToggled(text: string, key: string, value: string): string {
  const values = valuesOf(text, key);
  const others = values.filter((each) => each.toLowerCase() !== value);
  return withValues(text, key, others.length < values.length ? others : [...values, value]);
}

export function withoutTerm(text: string, start: number): string {
  return termsOf(text)
    .filter((term) => term.start !== start)
    .map((term) => term.text)
    .join(" ");
}

/** The value of a time in whole seconds, from a start to an end in seconds since 1970. */
export function secondsBetween(since: number, until: number): string {
  const [first, last] = [since, until - 1].map((time) =>
    new Date(time * 1_000).toISOString().replace(".000", ""),
  );
  return `${first}..${last}`;
}

/** The URL of the tasks with these values, such as `{ status: "FAILED", queue: "email" }`. */
export function tasksUrl(
  values: {
    status?: string;
    queue?: string | null;
    node?: string;
    finished?: string;
    priority?: string;
  },
  order?: "finished",
): string {
  const { status, ...names } = values;
  const terms = Object.entries({ status: status?.toLowerCase(), ...names }).flatMap(
    ([key, value]) => (value ? [`${key}:${quoted(value)}`] : []),
  );
  const params = new URLSearchParams({ search: terms.join(" "), ...(order && { order }) });
  return `/app/tasks?${params}`;
}
