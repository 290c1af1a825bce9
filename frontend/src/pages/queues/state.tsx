/** The state of a queue, in a word. */

import { Badge } from "../../components/badge";
import { Time } from "../../components/time";

type QueueWithState = {
  paused: boolean;
  pausedAt: string | null;
  pausedBy: string;
  pauseNote: string;
};

/** @param consumers how many online nodes serve the queue. */
export function QueueState({ queue, consumers }: { queue: QueueWithState; consumers: number }) {
  if (queue.paused)
    return (
      <>
        <Badge tone="pending" icon="pause">
          Paused
        </Badge>
        <small className="muted">
          {queue.pauseNote} {queue.pausedBy && `by ${queue.pausedBy}`} <Time at={queue.pausedAt} />
        </small>
      </>
    );
  if (!consumers)
    return (
      <Badge tone="failed" icon="alert">
        No consumers
      </Badge>
    );
  return (
    <Badge tone="success" icon="check">
      Active
    </Badge>
  );
}
