/** The status of a task. */

import type { TaskStatus } from "../../lib/api/schema";
import { words } from "../../lib/format";
import { Badge } from "../badge";
import type { IconName } from "../icon";

const ICONS: Record<TaskStatus, IconName> = {
  PENDING: "clock",
  RUNNING: "play",
  SUCCESS: "check",
  FAILED: "cross",
  CANCELLED: "ban",
};

export function Status({ status }: { status: TaskStatus }) {
  return (
    <Badge tone={toneOf(status)} icon={ICONS[status]}>
      {words(status)}
    </Badge>
  );
}

function toneOf(status: TaskStatus) {
  return status.toLowerCase() as Lowercase<TaskStatus>;
}
