/** Why a task is pending, in a few words. */

import type { PendingReason } from "../../lib/api/schema";
import { words } from "../../lib/format";

const TEXTS: Record<PendingReason, string> = {
  NOT_DUE: "Scheduled for later",
  RETRY_WAIT: "Waiting to retry",
  QUEUE_PAUSED: "Queue paused",
  NO_NODE_FOR_QUEUE: "No consumers for the queue",
  TOO_LARGE: "Needs more slots than any node has",
  NODES_PAUSED: "Nodes paused or draining",
  QUEUE_LIMIT: "Running limit reached",
  CONCURRENCY_KEY: "Concurrency key in use",
  START_RATE: "Start rate reached",
  SLOTS_RESERVED: "Free slots reserved for a larger task",
  WAITING_FOR_SLOT: "Waiting for a free slot",
};

/** The API may get more reasons than this page knows. */
export function pendingReasonText(reason: string): string {
  return TEXTS[reason as PendingReason] ?? words(reason);
}
