/** The changes of a forecast: in the URL, in words, and as they are entered. Pure. */

import { POLICIES } from "../../components/scheduling-policies";
import type { ForecastChange, SchedulingPolicy } from "../../lib/api/schema";
import { duration, plural } from "../../lib/format";
import type { FormReader } from "../../lib/validation";

type KeyOf<Each> = Each extends unknown ? keyof Each : never;
export type Kind = KeyOf<ForecastChange>;

export const KINDS: readonly (readonly [Kind, string])[] = [
  ["drainNode", "Drain a node"],
  ["resumeNode", "Resume a node"],
  ["setNodeSlots", "Resize a node"],
  ["addNodes", "Add nodes"],
  ["pauseQueue", "Pause a queue"],
  ["resumeQueue", "Resume a queue"],
  ["setQueueLimit", "Limit a queue"],
  ["setSchedulingPolicy", "Set the scheduling policy"],
  ["addTasks", "Add tasks"],
];

const SLOTS = { min: 1, max: 100 };
const DURATION_MAX_S = 3_600;

/** The changes in a URL's parameter: a list, as the API takes it. Undefined if it is none. */
export function parseChanges(text: string | null): ForecastChange[] | undefined {
  if (!text) return [];
  try {
    const changes: unknown = JSON.parse(text);
    return Array.isArray(changes) && changes.every(isChange) ? changes : undefined;
  } catch {
    return undefined;
  }
}

/** Whether it looks like a change. What it says is checked by the server. */
function isChange(value: unknown): value is ForecastChange {
  if (typeof value !== "object" || value === null) return false;
  const [[kind, input] = [], ...more] = Object.entries(value);
  const isKnown = KINDS.some(([each]) => each === kind);
  return isKnown && !more.length && typeof input === "object" && input !== null;
}

export function formatChanges(changes: readonly ForecastChange[]): string | undefined {
  return changes.length ? JSON.stringify(changes) : undefined;
}

/** A change in words. */
export function changeText(change: ForecastChange): string {
  if ("drainNode" in change) return `Drain ${change.drainNode.node}`;
  if ("resumeNode" in change) return `Resume ${change.resumeNode.node}`;
  if ("setNodeSlots" in change) {
    const { node, slots } = change.setNodeSlots;
    return `Resize ${node} to ${plural(slots, "slot")}`;
  }
  if ("addNodes" in change) {
    const { count: number, slots, queues } = change.addNodes;
    const served = queues ? `, for ${queues.join(", ")}` : "";
    return `Add ${plural(number ?? 1, "node")} of ${plural(slots, "slot")}${served}`;
  }
  if ("pauseQueue" in change) return `Pause the queue ${change.pauseQueue.queue}`;
  if ("resumeQueue" in change) return `Resume the queue ${change.resumeQueue.queue}`;
  if ("setQueueLimit" in change) {
    const { queue, limit } = change.setQueueLimit;
    if (limit == null) return `Remove the limit of the queue ${queue}`;
    return `Limit the queue ${queue} to ${plural(limit, "running task")}`;
  }
  if ("setSchedulingPolicy" in change) {
    const { policy, backfill } = change.setSchedulingPolicy;
    const name = POLICIES[policy] ?? policy;
    return `Schedule by: ${name}, ${(backfill ?? true) ? "with" : "without"} backfill`;
  }
  const { count: number, queue, durationMs, slots, priority } = change.addTasks;
  const each = `${duration(durationMs ?? 0)} and ${plural(slots ?? 1, "slot")}`;
  return `Add ${plural(number, "task")} of ${each} to the queue ${queue ?? "default"}, priority ${priority ?? 5}`;
}

/** The fields that the form of a kind of change has. */
export const FIELDS: Record<Kind, readonly string[]> = {
  drainNode: ["node"],
  resumeNode: ["node"],
  setNodeSlots: ["node", "slots"],
  addNodes: ["number", "slots", "queues"],
  pauseQueue: ["queue"],
  resumeQueue: ["queue"],
  setQueueLimit: ["queue", "limit"],
  setSchedulingPolicy: ["policy", "backfill"],
  addTasks: ["number", "queue", "seconds", "slots", "priority"],
};

/** The change that a form contains. What is wrong with it is in the reader's errors. */
export function readChange(kind: Kind, values: FormReader): ForecastChange {
  const node = () => values.requiredText("node", "Node");
  const queue = () => values.requiredText("queue", "Queue");
  const slots = () => values.integer("slots", "Slots", SLOTS);
  const number = (max: number) => values.integer("number", "Number", { min: 1, max });
  switch (kind) {
    case "drainNode":
      return { drainNode: { node: node() } };
    case "resumeNode":
      return { resumeNode: { node: node() } };
    case "setNodeSlots":
      return { setNodeSlots: { node: node(), slots: slots() } };
    case "addNodes": {
      const queues = values.names("queues");
      return {
        addNodes: { count: number(100), slots: slots(), ...(queues.length && { queues }) },
      };
    }
    case "pauseQueue":
      return { pauseQueue: { queue: queue() } };
    case "resumeQueue":
      return { resumeQueue: { queue: queue() } };
    case "setQueueLimit": {
      const limit = values.optionalInteger("limit", "Limit", { min: 1, max: 1_000_000 });
      return { setQueueLimit: { queue: queue(), limit } };
    }
    case "setSchedulingPolicy":
      return {
        setSchedulingPolicy: {
          policy: values.text("policy") as SchedulingPolicy,
          backfill: values.list("backfill").length > 0,
        },
      };
    case "addTasks":
      return {
        addTasks: {
          count: number(100_000),
          queue: queue(),
          durationMs:
            1_000 * values.integer("seconds", "Duration", { min: 0, max: DURATION_MAX_S }),
          slots: slots(),
          priority: values.integer("priority", "Priority", { min: 0, max: 9 }),
        },
      };
  }
}
