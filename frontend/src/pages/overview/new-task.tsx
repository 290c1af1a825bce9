/** Creates tasks, and follows the last one. */

import { useState } from "react";
import { Status } from "../../components/tasks/status";
import { Sum } from "../../components/tasks/sum";
import { type Created, NEW_TASK, TaskForm } from "../../components/tasks/task-form";
import { duration, plural } from "../../lib/format";
import { Link } from "../../lib/routing/router";
import { useTask } from "../task/data";
import "./new-task.css";

export function NewTask() {
  const [created, setCreated] = useState<Created>();
  return (
    <>
      <TaskForm initial={NEW_TASK} submitLabel="Create task" onCreated={setCreated} />
      <div className="created" role="status">
        {created &&
          ("uuid" in created ? (
            <CreatedTask key={created.uuid} uuid={created.uuid} />
          ) : (
            <p>
              {plural(created.count, "task")} created. <Link href="/app/tasks">View tasks</Link>
            </p>
          ))}
      </div>
    </>
  );
}

function CreatedTask({ uuid }: { uuid: string }) {
  const { task } = useTask(uuid);
  if (!task) return null;
  return (
    <p>
      <Link href={`/app/tasks/${task.uuid}`}>
        <Sum {...task} />
      </Link>
      <Status status={task.status} />
      <span className="muted">
        {task.workerNode && `on ${task.workerNode.name} `}
        {task.finishedAt &&
          `after ${duration(Date.parse(task.finishedAt) - Date.parse(task.createdAt))}`}
      </span>
    </p>
  );
}
