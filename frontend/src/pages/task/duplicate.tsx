/** A dialog with the options of a task, to create another one like it. */

import { Dialog } from "../../components/dialog/dialog";
import { notify } from "../../components/notices/store";
import { TaskForm, type TaskOptions } from "../../components/tasks/task-form";
import { plural } from "../../lib/format";
import { navigate } from "../../lib/routing/router";
import { scrollToTop } from "../../lib/routing/scroll";
import type { Task } from "./data";

/** The options with which the task was created. */
export function optionsOf(task: Task): TaskOptions {
  const { a, b, priority, durationMs, slots, runAt, expiresAt } = task;
  const { maxAttempts, failAttempts, retryBackoffMs } = task;
  const attempts = { maxAttempts, failAttempts, retryBackoffMs };
  return {
    a,
    b,
    queue: task.queue.name,
    priority,
    durationMs,
    slots,
    ...attempts,
    concurrencyKey: task.concurrencyKey ?? "",
    concurrencyLimit: task.concurrencyLimit,
    runAt,
    expiresAt,
  };
}

export function DuplicateDialog({ task, onClose }: { task: Task; onClose: () => void }) {
  return (
    <Dialog title="Duplicate task" onClose={onClose}>
      <TaskForm
        initial={optionsOf(task)}
        submitLabel="Create task"
        isExpanded
        onCancel={onClose}
        onCreated={(created) => {
          if (!created) return;
          onClose();
          notify(`${plural("count" in created ? created.count : 1, "task")} created.`);
          navigate("uuid" in created ? `/app/tasks/${created.uuid}` : "/app/tasks");
          scrollToTop();
        }}
      />
    </Dialog>
  );
}
