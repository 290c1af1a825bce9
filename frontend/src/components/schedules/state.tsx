/** The state of a schedule. */

import { Badge } from "../badge";

type ScheduleState = { paused: boolean; pauseNote: string; nextRunAt: string | null };

export function ScheduleStateBadge({ schedule }: { schedule: ScheduleState }) {
  const { paused, nextRunAt } = schedule;
  if (paused)
    return (
      <Badge tone="pending" icon="pause">
        Paused
      </Badge>
    );
  if (!nextRunAt)
    return (
      <Badge tone="cancelled" icon="check">
        Completed
      </Badge>
    );
  return (
    <Badge tone="success" icon="repeat">
      Active
    </Badge>
  );
}
