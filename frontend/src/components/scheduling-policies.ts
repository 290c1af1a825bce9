import type { SchedulingPolicy } from "../lib/api/schema";

/** The scheduling policies in words. */
export const POLICIES: Record<SchedulingPolicy, string> = {
  PRIORITY: "Priority",
  FIFO: "First in, first out",
  AGED_PRIORITY: "Priority that grows while tasks wait",
  SHORTEST_FIRST: "Shortest duration first",
  FAIR_SHARE: "Fair share of queues, by weight",
};
