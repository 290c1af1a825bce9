/** Which tasks the URL asks for. */

import { TASK_STATUSES } from "../../components/tasks/statuses";
import type { ClusterEvent } from "../../lib/api/events";
import type { TaskStatus, TaskWhere } from "../../lib/api/schema";
import { plural, words } from "../../lib/format";

const UUID_DIGITS = 32;
/** Fewer digits would match too many tasks. */
const FRAGMENT_DIGITS_MIN = 4;
/** As many digits as the lists show. A number of as many digits may be an ID, too. */
const SHORT_ID_DIGITS = 8;

export const RANGES: readonly (readonly [seconds: string, text: string])[] = [
  ["300", "5 minutes"],
  ["3600", "hour"],
  ["86400", "day"],
  ["604800", "week"],
];

export type Filter = {
  where: TaskWhere;
  /** Why the filter matches nothing, if it makes no sense. */
  problem?: string;
  /** The filter in words; empty if it matches all tasks. */
  description: string;
};

/** Matches no task. */
const NOTHING: TaskWhere = { ids: [] };

export function readFilter(params: URLSearchParams, now = Date.now()): Filter {
  const statuses = params.getAll("status");
  const [queue, node, type, within] = ["queue", "node", "type", "within"].map((name) =>
    params.get(name),
  );
  const search = (params.get("search") ?? "").trim();
  const found = searchFor(search);
  const problem = problemOf({ statuses, type, within }) ?? found.problem;
  const description = [
    statuses.length && `status ${statuses.map(words).join(" or ")}`,
    queue && `queue ${queue}`,
    node && `node ${node}`,
    type && `type ${type}`,
    within && `created in the last ${rangeText(within)}`,
    search && `search "${search}"`,
  ];
  return {
    problem,
    description: description.filter(Boolean).join(", "),
    where: problem
      ? NOTHING
      : {
          ...(statuses.length && { statuses: statuses as TaskStatus[] }),
          ...(queue && { queue }),
          ...(node && { workerNode: node }),
          ...(type && { scheduled: type === "scheduled" }),
          ...(within && {
            createdAt: { start: new Date(now - Number(within) * 1_000).toISOString() },
          }),
          ...found.where,
        },
  };
}

function rangeText(seconds: string): string {
  return RANGES.find(([value]) => value === seconds)?.[1] ?? plural(Number(seconds), "second");
}

type Choices = { statuses: string[]; type?: string | null; within?: string | null };

function problemOf({ statuses, type, within }: Choices): string | undefined {
  const unknown = statuses.find((status) => !TASK_STATUSES.includes(status as TaskStatus));
  if (unknown) return `There is no status "${unknown}".`;
  if (type && type !== "scheduled" && type !== "one-off") return `There is no task type "${type}".`;
  if (within && !/^[1-9]\d{0,9}$/.test(within)) return `"${within}" is not a number of seconds.`;
}

/** A number is A, B or a result; hexadecimal digits are an ID, its beginning or its end. */
export function searchFor(search: string): { where?: TaskWhere; problem?: string } {
  if (!search) return {};
  const digits = search.replaceAll("-", "").toLowerCase();
  const isHexadecimal = /^[0-9a-f-]+$/i.test(search) && !/^-\d+$/.test(search);
  if (isHexadecimal && digits.length === UUID_DIGITS)
    return { where: { ids: [withHyphens(digits)] } };
  if (/^[+-]?\d+$/.test(search)) {
    const number = search.replace("+", "");
    const numbers = (["a", "b", "result"] as const).map((name) => ({ [name]: { equals: number } }));
    const mayBeId = isHexadecimal && digits.length >= SHORT_ID_DIGITS && isFragment(digits);
    return { where: { OR: mayBeId ? [...numbers, { uuidFragment: digits }] : numbers } };
  }
  if (isHexadecimal && isFragment(digits)) return { where: { uuidFragment: digits } };
  return {
    problem: `Search for a number (A, B or the result) or for an ID. At least ${FRAGMENT_DIGITS_MIN} digits of the beginning or the end of an ID are enough.`,
  };
}

function isFragment(digits: string): boolean {
  return digits.length >= FRAGMENT_DIGITS_MIN && digits.length < UUID_DIGITS;
}

function withHyphens(digits: string): string {
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

/** Whether an event may concern a task that the filter matches, or matched before. */
export function isAffected(event: ClusterEvent, where: TaskWhere): boolean {
  if (!event.taskCount) return false;
  if (where.queue && event.queue !== where.queue) return false;
  if (!where.statuses) return true;
  return where.statuses.some((each) => each === event.status || each === event.previousStatus);
}
