/** The options that tasks and schedules share: their fields, and how forms read them. */

import type { FormReader } from "../../lib/validation";
import { NumberField, TextField } from "../form/fields";

const PRIORITY = { min: 0, max: 9 };
const SLOTS = { min: 1, max: 100 };
const MAX_ATTEMPTS = { min: 1, max: 100 };
const FAIL_ATTEMPTS = { min: 0, max: 100 };
const RETRY_BACKOFF_MS = { min: 0, max: 60_000 };
const CONCURRENCY_LIMIT = { min: 1, max: 1_000 };

type Initial<Name extends string> = { initial: Record<Name, number | string> };

export function WorkFields({ initial }: Initial<"priority" | "durationMs" | "slots">) {
  return (
    <>
      <NumberField
        name="priority"
        label="Priority (0–9, 9 first)"
        defaultValue={initial.priority}
        {...PRIORITY}
      />
      <NumberField
        name="durationMs"
        label="Duration (ms)"
        defaultValue={initial.durationMs}
        min={0}
      />
      <NumberField name="slots" label="Slots" defaultValue={initial.slots} {...SLOTS} />
    </>
  );
}

export function AttemptFields({
  initial,
}: Initial<"maxAttempts" | "failAttempts" | "retryBackoffMs">) {
  return (
    <>
      <NumberField
        name="maxAttempts"
        label="Max attempts"
        defaultValue={initial.maxAttempts}
        {...MAX_ATTEMPTS}
      />
      <NumberField
        name="failAttempts"
        label="Simulated failures"
        defaultValue={initial.failAttempts}
        {...FAIL_ATTEMPTS}
      />
      <NumberField
        name="retryBackoffMs"
        label="Retry backoff (ms)"
        defaultValue={initial.retryBackoffMs}
        {...RETRY_BACKOFF_MS}
      />
    </>
  );
}

export function ConcurrencyFields({ initial }: Initial<"concurrencyKey" | "concurrencyLimit">) {
  return (
    <>
      <TextField
        name="concurrencyKey"
        label="Concurrency key"
        defaultValue={initial.concurrencyKey}
        maxLength={64}
      />
      <NumberField
        name="concurrencyLimit"
        label="Concurrency limit"
        defaultValue={initial.concurrencyLimit}
        {...CONCURRENCY_LIMIT}
      />
    </>
  );
}

/** What the fields, and the one of the queue, ask for. */
export function readOptions(reader: FormReader) {
  return {
    queue: reader.text("queue"),
    priority: reader.integer("priority", "Priority", PRIORITY),
    durationMs: reader.integer("durationMs", "Duration", { min: 0, max: 3_600_000 }),
    slots: reader.integer("slots", "Slots", SLOTS),
    maxAttempts: reader.integer("maxAttempts", "Max attempts", MAX_ATTEMPTS),
    failAttempts: reader.integer("failAttempts", "Simulated failures", FAIL_ATTEMPTS),
    retryBackoffMs: reader.integer("retryBackoffMs", "Retry backoff", RETRY_BACKOFF_MS),
    concurrencyKey: reader.text("concurrencyKey"),
    concurrencyLimit: reader.integer("concurrencyLimit", "Concurrency limit", CONCURRENCY_LIMIT),
  };
}
