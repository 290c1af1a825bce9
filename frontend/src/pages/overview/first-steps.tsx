/** What to do in a cluster without tasks. */

import { Icon } from "../../components/icon";
import { notify, notifyError } from "../../components/notices/store";
import { Panel } from "../../components/page/panel";
import { CreateTask, CreateTasks } from "../../components/tasks/create";
import { RequireRole } from "../../components/viewer";
import { mutate } from "../../lib/api/mutations";
import { count } from "../../lib/format";
import { Link, navigate } from "../../lib/routing/router";
import "./first-steps.css";

const BURST = 5_000;

export function FirstSteps() {
  return (
    <RequireRole>
      <Panel title="First steps" className="first-steps">
        <ol>
          <li>
            <button type="button" onClick={runOne}>
              <Icon name="play" /> Run one task
            </button>
            <p>A worker node adds 2 and 40. The page of the task shows how.</p>
          </li>
          <li>
            <button type="button" onClick={createBurst}>
              <Icon name="layers" /> Create {count(BURST)} tasks
            </button>
            <p>One request creates all of them. See throughput, queue time and slots below.</p>
          </li>
          <li>
            <Link className="button" href="/app/tour">
              <Icon name="list" /> Tour
            </Link>
            <p>Two queues, a schedule, a retry and a failure, and what to look at.</p>
          </li>
        </ol>
      </Panel>
    </RequireRole>
  );
}

async function runOne() {
  const { payload, errors } = await mutate(CreateTask, { input: { a: "2", b: "40" } });
  if (payload?.task) navigate(`/app/tasks/${payload.task.uuid}`);
  else notifyError(errors.map(({ message }) => message).join(" "));
}

async function createBurst() {
  const tasks = Array.from({ length: BURST }, (_, index) => ({ a: String(index), b: "1" }));
  const { payload, errors } = await mutate(CreateTasks, { input: { tasks } });
  if (payload && !errors.length) notify(`${count(payload.count)} tasks created.`);
  else notifyError(errors[0]?.message ?? "No tasks were created.");
}
