/** What a schedule is to be, with a preview of its ticks while it is entered. */

import { type FormEvent, useEffect, useState } from "react";
import { useQuery } from "urql";
import { localInput } from "../format";
import { Field, Panel, Problem, Refusals, Time } from "../parts";
import { graphql, Refusal, type UserError, type VariablesOf } from "../schema";

const PREVIEWED = 8;
const TYPING_MS = 250;

const Preview = graphql(
  `
    query SchedulePreview($input: NewScheduleInput!, $count: Int!) {
      schedulePreview(input: $input, count: $count) {
        ticks
        errors {
          ...Refusal
        }
      }
    }
  `,
  [Refusal],
);

export type ScheduleWish = VariablesOf<typeof Preview>["input"];

/** What the form holds: text, as it was entered. */
type Entries = Record<
  | "a"
  | "b"
  | "scheduledAt"
  | "interval"
  | "queue"
  | "priority"
  | "durationMs"
  | "overlap"
  | "misfireGrace"
  | "endsAt"
  | "maxRuns"
  | "jitter",
  string
>;

export const NO_WISH = (): Entries => ({
  a: "2",
  b: "3",
  scheduledAt: localInput(new Date()),
  interval: "60",
  queue: "default",
  priority: "5",
  durationMs: "0",
  overlap: "SKIP",
  misfireGrace: "300",
  endsAt: "",
  maxRuns: "",
  jitter: "0",
});

function wishOf(entries: Entries): ScheduleWish {
  return {
    a: entries.a,
    b: entries.b,
    scheduledAt: instant(entries.scheduledAt) ?? "",
    interval: Number(entries.interval),
    queue: entries.queue,
    priority: Number(entries.priority),
    durationMs: Number(entries.durationMs),
    overlap: entries.overlap as "SKIP" | "QUEUE_ONE",
    misfireGrace: Number(entries.misfireGrace),
    endsAt: instant(entries.endsAt),
    maxRuns: entries.maxRuns ? Number(entries.maxRuns) : null,
    jitter: Number(entries.jitter),
  };
}

function instant(entry: string): string | null {
  return entry ? new Date(entry).toISOString() : null;
}

export function ScheduleForm(props: {
  initial: Entries;
  label: string;
  errors: UserError[];
  onSubmit: (wish: ScheduleWish) => Promise<void>;
}) {
  const [entries, setEntries] = useState(props.initial);
  const [isBusy, setIsBusy] = useState(false);
  const preview = usePreview(wishOf(entries));
  const errors = props.errors.length ? props.errors : preview.refused;

  async function submit(event: FormEvent) {
    event.preventDefault();
    setIsBusy(true);
    await props.onSubmit(wishOf(entries));
    setIsBusy(false);
  }

  function input(name: keyof Entries, label: string, options: Record<string, unknown> = {}) {
    const { hint, ...attributes } = options;
    return (
      <Field label={label} name={name} hint={hint as string} errors={errors}>
        {(ids) => (
          <input
            {...ids}
            {...attributes}
            value={entries[name]}
            onChange={(event) => setEntries({ ...entries, [name]: event.target.value })}
          />
        )}
      </Field>
    );
  }

  const number = (min: number, max?: number) => ({ type: "number", min, max, required: true });
  return (
    <div className="columns">
      <Panel title="What and when">
        <form className="form" onSubmit={submit}>
          {input("a", "A", { required: true, inputMode: "numeric" })}
          {input("b", "B", { required: true, inputMode: "numeric" })}
          {input("scheduledAt", "First tick", { type: "datetime-local", step: 1, required: true })}
          {input("interval", "Every (seconds)", number(1))}
          <details>
            <summary>More</summary>
            {input("queue", "Queue", { required: true })}
            {input("priority", "Priority", { ...number(0, 9), hint: "9 is the most urgent" })}
            {input("durationMs", "Simulated work (ms)", number(0))}
            <Field label="When the last run is not finished" name="overlap" errors={errors}>
              {(ids) => (
                <select
                  {...ids}
                  value={entries.overlap}
                  onChange={(event) => setEntries({ ...entries, overlap: event.target.value })}
                >
                  <option value="SKIP">skip the tick</option>
                  <option value="QUEUE_ONE">keep one, and run it afterwards</option>
                </select>
              )}
            </Field>
            {input("misfireGrace", "Make up for a missed tick (seconds)", number(0))}
            {input("endsAt", "No tick after", { type: "datetime-local", step: 1 })}
            {input("maxRuns", "No tick after so many", { type: "number", min: 1 })}
            {input("jitter", "Start up to so many seconds later", number(0))}
          </details>
          <Refusals errors={errors} fields={Object.keys(entries)} />
          <button className="primary" disabled={isBusy}>
            {props.label}
          </button>
        </form>
      </Panel>
      <Panel title="Its first ticks">
        <Problem error={preview.error} />
        {preview.ticks.length ? (
          <ol className="ticks" aria-live="polite">
            {preview.ticks.map((tick) => (
              <li key={tick}>
                <Time at={tick} />{" "}
                <span className="muted">
                  <Time at={tick} relative />
                </span>
              </li>
            ))}
          </ol>
        ) : (
          <p className="empty">With these values it would never tick.</p>
        )}
      </Panel>
    </div>
  );
}

/** The ticks of what was entered a moment ago. */
function usePreview(wish: ScheduleWish) {
  const key = JSON.stringify(wish);
  const [asked, setAsked] = useState(key);
  useEffect(() => {
    const timer = setTimeout(() => setAsked(key), TYPING_MS);
    return () => clearTimeout(timer);
  }, [key]);
  const [{ data, error }] = useQuery({
    query: Preview,
    variables: { input: JSON.parse(asked) as ScheduleWish, count: PREVIEWED },
  });
  return {
    ticks: data?.schedulePreview.ticks ?? [],
    refused: data?.schedulePreview.errors ?? [],
    error,
  };
}
