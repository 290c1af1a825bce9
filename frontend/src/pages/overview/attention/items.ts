/** The names of the kinds of attention items, and where each leads. */

import { tasksUrl } from "../../../lib/search-text";
import type { Cluster } from "../query";

export type AttentionItem = Cluster["attention"][number];
type Kind = AttentionItem["kind"];

export const NAMES: Record<Kind, string> = {
  NODE_LOST: "Node lost",
  TOO_LARGE: "Can never run",
  NO_NODE_FOR_QUEUE: "No consumers",
  NODES_PAUSED: "Nodes paused",
  QUEUE_PAUSED: "Queue paused",
  SLOTS_IDLE: "Slots idle",
  TASKS_FAILING: "Failing",
  TICKS_MISSED: "Ticks missed",
};

type Target = { label: string; href: (item: AttentionItem) => string };

const nodes: Target = { label: "Manage nodes", href: () => "/app/nodes" };
const queues: Target = { label: "Manage queues", href: () => "/app/queues" };

function tasks(status: "PENDING" | "FAILED"): Target {
  return {
    label: "View tasks",
    href: ({ queue }) => tasksUrl({ status, queue }),
  };
}

export const LINKS: Record<Kind, Target> = {
  NODE_LOST: nodes,
  TOO_LARGE: tasks("PENDING"),
  NO_NODE_FOR_QUEUE: nodes,
  NODES_PAUSED: nodes,
  QUEUE_PAUSED: tasks("PENDING"),
  SLOTS_IDLE: queues,
  TASKS_FAILING: tasks("FAILED"),
  TICKS_MISSED: {
    label: "View schedule",
    href: ({ taskSchedule }) => `/app/schedules/${taskSchedule?.uuid ?? ""}`,
  },
};
