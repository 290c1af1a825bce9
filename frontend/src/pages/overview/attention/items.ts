/** Where each kind of attention items leads. */

import { tasksUrl } from "../../../lib/search-text";
import type { Cluster } from "../query";

export type AttentionItem = Cluster["attention"][number];
type Kind = AttentionItem["kind"];

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
  BACKLOG_GROWING: {
    label: "View queue",
    href: ({ queue }) => `/app/queues/${encodeURIComponent(queue ?? "")}`,
  },
  TASKS_FAILING: tasks("FAILED"),
  TICKS_MISSED: {
    label: "View schedule",
    href: ({ taskSchedule }) => `/app/schedules/${taskSchedule?.uuid ?? ""}`,
  },
  WEBHOOK_STOPPED: { label: "Manage webhooks", href: () => "/app/webhooks" },
};
