/** The properties of a task. */

import { type Fact, Facts } from "../../components/page/facts";
import { recurrenceText } from "../../components/schedules/recurrence";
import { concurrencyText } from "../../components/tasks/concurrency";
import { Time } from "../../components/time";
import { duration, plural } from "../../lib/format";
import { Link } from "../../lib/routing/router";
import { tasksUrl } from "../../lib/search-text";
import type { Task } from "./data";

export function TaskFacts({ task }: { task: Task }) {
  const facts: (Fact | false | null | "")[] = [
    ["A", task.a],
    ["B", task.b],
    ["Result", task.result ?? "–"],
    [
      "Queue",
      <Link key="queue" href={tasksUrl({ queue: task.queue.name })}>
        {task.queue.name}
      </Link>,
    ],
    ["Priority", task.priority],
    ["Simulated duration", task.durationMs ? duration(task.durationMs) : "none"],
    ["Slots", task.slots],
    ["Run", task.run],
    ["Attempt", `${task.attempt} of ${task.maxAttempts}`],
    task.failAttempts > 0 && ["Simulated failures", plural(task.failAttempts, "attempt")],
    ["Retry backoff", duration(task.retryBackoffMs)],
    task.concurrencyKey && ["Concurrency key", concurrencyText(task)],
    ["Node", task.workerNode?.name ?? "–"],
    ["Queue time", duration(task.queueTimeMs)],
    ["Duration", duration(task.runTimeMs)],
    ["Created", <Time key="created" at={task.createdAt} />],
    ["Started", <Time key="started" at={task.startedAt} />],
    ["Finished", <Time key="finished" at={task.finishedAt} />],
    task.runAt && ["Run at", <Time key="run-at" at={task.runAt} />],
    task.expiresAt && ["Expires at", <Time key="expires-at" at={task.expiresAt} />],
    task.pending?.reason === "RETRY_WAIT" && [
      "Next attempt",
      <Time key="next-attempt" at={task.dueAt} />,
    ],
    task.schedule && [
      "Schedule",
      <Link key="schedule" href={`/app/schedules/${task.schedule.uuid}`}>
        {recurrenceText(task.schedule.recurrence)}
      </Link>,
    ],
    task.scheduledFor && ["Scheduled for", <Time key="scheduled-for" at={task.scheduledFor} />],
    task.isOverlapping && ["Overlapping", "started before the schedule's previous run had ended"],
    task.idempotencyKey && ["Idempotency key", task.idempotencyKey],
    [
      "Celery task ID",
      <span key="celery" className="id">
        {task.celeryTaskId ?? "–"}
      </span>,
    ],
  ];
  return <Facts facts={facts} />;
}
