/** Has a webhook send events of the past again. */

import { FormDialog } from "../../components/dialog/dialog";
import { TextField } from "../../components/form/fields";
import { notify } from "../../components/notices/store";
import { command } from "../../lib/api/mutations";
import { Link } from "../../lib/routing/router";
import { FormReader } from "../../lib/validation";
import { cursorIn } from "./cursor";
import type { Webhook } from "./webhooks";

export function Replay({ webhook, onClose }: { webhook: Webhook; onClose: () => void }) {
  async function submit(values: FormData) {
    const reader = new FormReader(values);
    const after = cursorIn(reader.requiredText("after", "The position"));
    if (reader.errors.length) return reader.errors;
    const errors = await command("replayWebhook", { id: webhook.id, after });
    if (!errors.length) notify("The events after this position are sent again.");
    return errors;
  }

  return (
    <FormDialog title="Replay events" submitLabel="Replay" onClose={onClose} onSubmit={submit}>
      <p>
        All events after a position of the log are sent to {webhook.url} again, and those that
        follow. You become the owner of the webhook.
      </p>
      <TextField
        name="after"
        label="After the event"
        hint={
          <>
            The permalink of an event on the page <Link href="/app/events">Events</Link>, or a
            cursor. The present position is {webhook.cursor}.
          </>
        }
        maxLength={2_000}
      />
    </FormDialog>
  );
}
