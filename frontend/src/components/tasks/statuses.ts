import type { TaskStatus } from "../../lib/api/schema";

/** All statuses, in the order of a task's life. */
export const TASK_STATUSES: readonly TaskStatus[] = [
  "PENDING",
  "RUNNING",
  "SUCCESS",
  "FAILED",
  "CANCELLED",
];
