/** A line of the log as a sentence: what it was about, and what happened. */

import { count } from "../format";
import { saying } from "../kinds";
import type { Line } from "../log";
import { Badge, Sum } from "../parts";
import { Link } from "../router";

export function What({ line }: { line: Line }) {
  const { text, icon, tone } = saying(line.kind);
  return (
    <Badge tone={tone} icon={icon}>
      {text}
    </Badge>
  );
}

export function About({ line }: { line: Line }) {
  const [task] = line.tasks;
  const more = line.taskCount - (task ? 1 : 0);
  return (
    <>
      {task && (
        <Link href={`/app/tasks/${task.uuid}`}>
          <Sum {...task} result={line.status === "SUCCESS" ? task.result : null} />
        </Link>
      )}
      {more > 0 && (
        <span className="muted">
          {task && " "}
          {task ? "and" : ""} {count(more)} {task ? "more" : "deleted since"}
        </span>
      )}
      {!line.taskCount &&
        line.scheduleIds.map((id) => (
          <Link key={id} href={`/app/schedules/${id}`}>
            schedule
          </Link>
        ))}
      {!line.taskCount && !line.scheduleIds.length && (line.workerNode?.name ?? line.queue)}
    </>
  );
}
