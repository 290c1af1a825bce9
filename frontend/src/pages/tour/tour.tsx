/** A guided demonstration: it creates tasks and a schedule, and says what to look at. */

import { useState } from "react";
import { FormDialog } from "../../components/dialog/dialog";
import { Icon } from "../../components/icon";
import { notify } from "../../components/notices/store";
import { Page } from "../../components/page/page";
import { Panel } from "../../components/page/panel";
import { ErrorList, Loading, QueryError } from "../../components/page/states";
import { ReadOnly, RequireRole } from "../../components/viewer";
import type { UserError } from "../../lib/api/schema";
import { plural } from "../../lib/format";
import { remove, start } from "./actions";
import { MAIL, type Progress, progressOf, REPORTS, SCHEDULE_MINUTES } from "./plan";
import { TourQuery, type TourState, useTour, VARIABLES } from "./query";
import { Steps } from "./steps";
import "./tour.css";

export function Tour() {
  const { data, error } = useTour();
  const progress = progressOf(data?.taskCounts.groups ?? []);
  const isStarted = progress.total > 0;
  return (
    <Page
      title="Tour"
      lead="What the cluster does, with tasks of your own to look at."
      query={TourQuery}
      variables={VARIABLES}
    >
      <QueryError error={data && error} />
      {data ? (
        <>
          <RequireRole otherwise={!isStarted && <ReadOnly />}>
            <Controls tour={data} progress={progress} />
          </RequireRole>
          {isStarted && (
            <Panel title="What to look at">
              <Steps tour={data} progress={progress} />
            </Panel>
          )}
        </>
      ) : (
        <Loading error={error} />
      )}
    </Page>
  );
}

function Controls({ tour, progress }: { tour: TourState; progress: Progress }) {
  const [errors, setErrors] = useState<UserError[]>([]);
  const [isBusy, setIsBusy] = useState(false);
  const [isRemoving, setIsRemoving] = useState(false);
  const isStarted = progress.total > 0;
  const isLeft = progress.open > 0 || tour.taskSchedules.nodes.length > 0;

  async function begin() {
    setIsBusy(true);
    setErrors(await start(tour.queues.map(({ name }) => name)));
    setIsBusy(false);
  }

  return (
    <Panel title="What the tour creates" className="tour-controls">
      <p>
        Tasks in the queues <code>{MAIL}</code> and <code>{REPORTS}</code>, one that is retried, one
        that fails, and a schedule that ends after {SCHEDULE_MINUTES} minutes. They are real: they
        use the slots of your nodes for about a minute.
      </p>
      <ErrorList errors={errors} />
      <div className="actions">
        <button type="button" className="primary" disabled={isBusy} onClick={begin}>
          <Icon name="play" /> {isStarted ? "Start again" : "Start the tour"}
        </button>
        {isLeft && (
          <button type="button" onClick={() => setIsRemoving(true)}>
            <Icon name="cross" /> Remove…
          </button>
        )}
      </div>
      {isRemoving && <Remove open={progress.open} onClose={() => setIsRemoving(false)} />}
    </Panel>
  );
}

function Remove({ open, onClose }: { open: number; onClose: () => void }) {
  async function submit() {
    const errors = await remove();
    if (!errors.length) notify("The tour's schedule is deleted, and its tasks are cancelled.");
    return errors;
  }
  return (
    <FormDialog
      title="Remove what the tour created?"
      submitLabel="Remove"
      cancelLabel="Keep it"
      isDanger
      onClose={onClose}
      onSubmit={submit}
    >
      <p>
        Deletes the schedule of the tour, and cancels {plural(open, "task")} that{" "}
        {open === 1 ? "has" : "have"} not ended.
      </p>
      <p className="muted">
        Tasks that have ended stay until they are pruned, as all tasks do. After that, the two
        queues can be deleted on the page Queues.
      </p>
    </FormDialog>
  );
}
