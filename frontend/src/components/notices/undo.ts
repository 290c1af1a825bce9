/** How actions are taken back. */

import { command, mutate } from "../../lib/api/mutations";
import {
  graphql,
  type InputOf,
  type MutationName,
  type UserError,
  UserErrorFields,
} from "../../lib/api/schema";
import type { Undo } from "./store";
import { partlyRestored, restoredText } from "./undo-text";

/** As many as the mutation takes. */
const EVENTS_MAX = 1_000;

const RestoreTasks = graphql(
  `
    mutation RestoreTasks($input: RestoreTasksInput!) {
      restoreTasks(input: $input) {
        count
        errors {
          ...UserErrorFields
        }
      }
    }
  `,
  [UserErrorFields],
);

/** Takes an action back by its opposite. */
export function opposite<Name extends MutationName>(
  name: Name,
  input: InputOf<Name>,
  done: string,
): Undo {
  return async () => ({ errors: await command(name, input), done });
}

/** What `cancelTasks` returns. */
export type Cancelled = { count: number; pendingCount: number; restorableEvents: string[] };

/** Brings back the tasks that were pending. Undefined if none was. */
export function restore({ pendingCount, restorableEvents }: Cancelled): Undo | undefined {
  if (!restorableEvents.length) return;
  return async () => {
    let restored = 0;
    const errors: UserError[] = [];
    for (let start = 0; start < restorableEvents.length && !errors.length; start += EVENTS_MAX) {
      const events = restorableEvents.slice(start, start + EVENTS_MAX);
      const outcome = await mutate(RestoreTasks, { input: { events } });
      restored += outcome.payload?.count ?? 0;
      errors.push(...outcome.errors);
    }
    return {
      errors: partlyRestored(errors, restored, pendingCount),
      done: restoredText(restored, pendingCount),
    };
  };
}
