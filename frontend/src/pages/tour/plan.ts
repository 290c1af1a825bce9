/** What the tour creates, by which it is found again, and how far it is. Pure. */

import type { NewSchedule, NewTask, TaskStatus } from "../../lib/api/schema";

/** The queues of the tour. Nothing else uses them. */
export const MAIL = "tour-mail";
export const REPORTS = "tour-reports";
export const LABEL = "tour";

/** Finds the tasks of the tour, without that of its schedule. The age lets an index serve it. */
export const TASKS = `queue:${MAIL},${REPORTS} type:one-off created:<1d`;
export const RETRIED = `${TASKS} a:2 b:2`;
export const FAILING = `${TASKS} a:3 b:3`;

/** Reports run one at a time. */
const REPORTS_LIMIT = 1;
const MAILS = 120;
const REPORT_TASKS = 10;
export const SCHEDULE_MINUTES = 10;
export const SCHEDULE_SECONDS = 5;

export type Queue = { name: string; runningLimit: number | null };

export function missingQueues(existing: readonly string[]): Queue[] {
  const queues = [
    { name: MAIL, runningLimit: null },
    { name: REPORTS, runningLimit: REPORTS_LIMIT },
  ];
  return queues.filter(({ name }) => !existing.includes(name));
}

/** The tasks: the one that is retried, the one that fails, mails and reports. */
export function newTasks(): NewTask[] {
  const failing = { queue: MAIL, priority: 9, durationMs: 500, maxAttempts: 3 };
  return [
    task(2, 2, { ...failing, failAttempts: 2, retryBackoffMs: 3_000 }),
    task(3, 3, { ...failing, failAttempts: 3, retryBackoffMs: 500 }),
    ...range(MAILS, (n) => task(1_000 + n, 1, { queue: MAIL, durationMs: 400 })),
    ...range(REPORT_TASKS, (n) => task(2_000 + n, 1, { queue: REPORTS, durationMs: 4_000 })),
  ];
}

/** A schedule that ends by itself. */
export function newSchedule(now: Date): NewSchedule {
  return {
    a: "20",
    b: "22",
    queue: MAIL,
    durationMs: 200,
    labels: [LABEL],
    recurrence: { interval: SCHEDULE_SECONDS },
    scheduledAt: now.toISOString(),
    endsAt: new Date(now.getTime() + SCHEDULE_MINUTES * 60_000).toISOString(),
  };
}

export type Counts = readonly { status: TaskStatus | null; count: number }[];
export type Progress = { total: number; ended: number; open: number };

export function progressOf(counts: Counts): Progress {
  const sum = (...statuses: TaskStatus[]) =>
    counts
      .filter(({ status }) => status && statuses.includes(status))
      .reduce((total, { count }) => total + count, 0);
  const open = sum("PENDING", "RUNNING");
  const ended = sum("SUCCESS", "FAILED", "CANCELLED");
  return { open, ended, total: open + ended };
}

function task(a: number, b: number, options: Partial<NewTask>): NewTask {
  return { a: String(a), b: String(b), ...options };
}

function range<T>(length: number, make: (index: number) => T): T[] {
  return Array.from({ length }, (_, index) => make(index));
}
