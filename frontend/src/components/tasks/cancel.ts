/** Cancels tasks, with what it takes to undo that. */

import { mutate } from "../../lib/api/mutations";
import { graphql, type TaskWhere, UserErrorFields } from "../../lib/api/schema";
import { notify } from "../notices/store";
import { type Cancelled, restore } from "../notices/undo";
import { cancelledText } from "../notices/undo-text";

const CancelTasks = graphql(
  `
    mutation CancelTasks($input: CancelTasksInput!) {
      cancelTasks(input: $input) {
        count
        pendingCount
        restorableEvents
        errors {
          ...UserErrorFields
        }
      }
    }
  `,
  [UserErrorFields],
);

export function cancelTasks(where: TaskWhere, dryRun = false) {
  return mutate(CancelTasks, { input: { where, dryRun } });
}

/** Say what was cancelled, and offer to take it back. */
export function notifyCancelled(done: Cancelled) {
  notify(cancelledText(done), restore(done));
}
