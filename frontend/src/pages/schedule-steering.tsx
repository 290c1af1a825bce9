/** What one can do to a schedule. */

import { useState } from "react";
import { act } from "../api";
import { Icon } from "../icons";
import { notify } from "../notices";
import { Confirm } from "../parts";
import { graphql, Refusal, type UserError } from "../schema";
import { Steering } from "../viewer";

const PauseSchedule = graphql(
  `
    mutation PauseTaskSchedule($input: PauseTaskScheduleInput!) {
      pauseTaskSchedule(input: $input) {
        errors {
          ...Refusal
        }
      }
    }
  `,
  [Refusal],
);

const ResumeSchedule = graphql(
  `
    mutation ResumeTaskSchedule($input: ResumeTaskScheduleInput!) {
      resumeTaskSchedule(input: $input) {
        errors {
          ...Refusal
        }
      }
    }
  `,
  [Refusal],
);

const TriggerSchedule = graphql(
  `
    mutation TriggerTaskSchedule($input: TriggerTaskScheduleInput!) {
      triggerTaskSchedule(input: $input) {
        errors {
          ...Refusal
        }
      }
    }
  `,
  [Refusal],
);

const DeleteSchedule = graphql(
  `
    mutation DeleteTaskSchedule($input: DeleteTaskScheduleInput!) {
      deleteTaskSchedule(input: $input) {
        errors {
          ...Refusal
        }
      }
    }
  `,
  [Refusal],
);

export function SteerSchedule(props: {
  schedule: { id: string; paused: boolean };
  compact?: boolean;
  onDeleted?: () => void;
}) {
  const { id, paused } = props.schedule;
  const [asking, setAsking] = useState<"pause" | "delete">();
  const [note, setNote] = useState("");

  async function say(action: Promise<{ errors: UserError[] }>, done: string) {
    const { errors } = await action;
    notify(errors.length ? errors.map((error) => error.message).join(" ") : done);
  }

  return (
    <Steering>
      <div className={props.compact ? "actions compact" : "actions"}>
        <button
          type="button"
          onClick={() => say(act(TriggerSchedule, { input: { id } }), "It runs now")}
        >
          <Icon name="play" /> Run now
        </button>
        {paused ? (
          <button
            type="button"
            onClick={() => say(act(ResumeSchedule, { input: { id } }), "The schedule goes on")}
          >
            <Icon name="repeat" /> Resume
          </button>
        ) : (
          <button type="button" onClick={() => setAsking("pause")}>
            <Icon name="pause" /> Pause…
          </button>
        )}
        {!props.compact && (
          <button type="button" className="danger" onClick={() => setAsking("delete")}>
            <Icon name="cross" /> Delete…
          </button>
        )}
        {asking === "pause" && (
          <Confirm
            title="Pause this schedule?"
            label="Pause"
            onClose={() => setAsking(undefined)}
            onConfirm={async () => {
              const { errors } = await act(PauseSchedule, { input: { id, note } });
              if (!errors.length) notify("The schedule is paused");
              return errors;
            }}
          >
            <p>No tick fires until it is resumed.</p>
            <label className="field">
              Why
              <input value={note} onChange={(event) => setNote(event.target.value)} />
            </label>
          </Confirm>
        )}
        {asking === "delete" && (
          <Confirm
            title="Delete this schedule?"
            label="Delete"
            danger
            onClose={() => setAsking(undefined)}
            onConfirm={async () => {
              const { errors } = await act(DeleteSchedule, { input: { id } });
              if (!errors.length) {
                notify("The schedule was deleted");
                props.onDeleted?.();
              }
              return errors;
            }}
          >
            <p>Its task goes with it, and all the task's results.</p>
          </Confirm>
        )}
      </div>
    </Steering>
  );
}
