/** An event of the log: what happened, and to which resource. */

import type { ClusterEvent } from "../../lib/api/events";
import { count } from "../../lib/format";
import { Link } from "../../lib/routing/router";
import { Badge } from "../badge";
import { Sum } from "../tasks/sum";
import { eventLabel } from "./labels";

export function EventBadge({ kind }: { kind: string }) {
  const { text, icon, tone } = eventLabel(kind);
  return (
    <Badge tone={tone} icon={icon}>
      {text}
    </Badge>
  );
}

export function EventResource({ event }: { event: ClusterEvent }) {
  if (event.taskCount) return <Tasks event={event} />;
  const [schedule, ...others] = event.scheduleIds;
  if (schedule)
    return (
      <>
        <Link href={`/app/schedules/${schedule}`}>Schedule</Link>
        {others.length > 0 && <span className="muted"> and {count(others.length)} more</span>}
      </>
    );
  return event.workerNode?.name ?? event.queue ?? "";
}

function Tasks({ event }: { event: ClusterEvent }) {
  const [task] = event.tasks;
  if (!task) return <span className="muted">{count(event.taskCount)} deleted since</span>;
  return (
    <>
      <Link href={`/app/tasks/${task.uuid}`}>
        <Sum {...task} result={event.status === "SUCCESS" ? task.result : null} />
      </Link>
      {event.taskCount > 1 && <span className="muted"> and {count(event.taskCount - 1)} more</span>}
    </>
  );
}
