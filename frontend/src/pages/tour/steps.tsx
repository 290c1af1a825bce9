/** What to look at, in order, each with the present state. */

import { Status } from "../../components/tasks/status";
import { count, plural } from "../../lib/format";
import { LostNode } from "./lost-node";
import { MAIL, type Progress, REPORTS, SCHEDULE_SECONDS, TASKS } from "./plan";
import type { TourState } from "./query";
import { Step } from "./step";

export function Steps({ tour, progress }: { tour: TourState; progress: Progress }) {
  const [retried] = tour.retried.nodes;
  const [failing] = tour.failing.nodes;
  const [schedule] = tour.taskSchedules.nodes;
  const { total, ended } = progress;
  return (
    <ol className="tour-steps">
      <Step
        title="Watch tasks run"
        state={`${count(ended)} of ${plural(total, "task")} ended`}
        links={[
          ["/", "Overview"],
          [listUrl(TASKS), "Tasks of the tour"],
        ]}
      >
        Worker nodes claim the tasks and run one in each of their slots. The numbers, charts and
        lists follow by themselves.
      </Step>
      <Step
        title="Compare two queues"
        links={[
          [`/app/queues/${MAIL}`, MAIL],
          [`/app/queues/${REPORTS}`, REPORTS],
        ]}
      >
        {MAIL} has no limit. {REPORTS} runs one task at a time, so its tasks wait although slots are
        free. Pause a queue, or change its limit, on its page.
      </Step>
      <Step
        title="Ask why a task is pending"
        links={[[listUrl(`queue:${REPORTS} status:pending`), "Pending reports"]]}
      >
        The column Reason names what each task waits for. The page of a task also estimates when it
        starts.
      </Step>
      <Step
        title="Follow a task that is retried"
        state={retried && <TaskState task={retried} />}
        links={retried ? [[`/app/tasks/${retried.uuid}`, "The task"]] : []}
      >
        Its first two attempts fail on purpose. The delay before the next one doubles, and the third
        one succeeds. The timeline shows each attempt.
      </Step>
      <Step
        title="Retry a task that failed"
        state={failing && <TaskState task={failing} />}
        links={[
          ...(failing ? [[`/app/tasks/${failing.uuid}`, "The task"] as const] : []),
          [listUrl(`queue:${MAIL} status:failed`), "Failed tasks"],
        ]}
      >
        All its attempts fail. Its page has the reason, and the button that starts another run.
      </Step>
      <Step
        title="Follow a schedule"
        state={schedule && `${plural(schedule.firedCount, "run")} started`}
        links={schedule ? [[`/app/schedules/${schedule.uuid}`, "The schedule"]] : []}
      >
        It runs every {SCHEDULE_SECONDS} seconds and ends by itself. Its page shows the next and the
        last scheduled times. Pause it, or trigger a run.
      </Step>
      <Step
        title="Drain a node"
        links={[
          ["/app/nodes", "Nodes"],
          ["/app/what-if", "What if"],
        ]}
      >
        A draining node finishes its tasks and claims no others, until it is resumed. What if
        simulates it before you do it.
      </Step>
      <LostNode nodes={tour.workerNodes} />
      <Step title="Read what happened" links={[["/app/events", "Events"]]}>
        Each change is an event, with its actor. Open in GraphiQL, on each page, shows the operation
        by which a program reads the same.
      </Step>
    </ol>
  );
}

function TaskState({ task }: { task: TourState["retried"]["nodes"][number] }) {
  return (
    <>
      <Status status={task.status} /> Attempt {task.attempt} of {task.maxAttempts}
    </>
  );
}

function listUrl(search: string): string {
  return `/app/tasks?${new URLSearchParams({ search })}`;
}
