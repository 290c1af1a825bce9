/** Changes the URL, the document and the variables of a webhook. */

import { FormDialog } from "../../components/dialog/dialog";
import { notify } from "../../components/notices/store";
import { command } from "../../lib/api/mutations";
import { FormReader } from "../../lib/validation";
import { changes, readWebhook, WebhookFields } from "./fields";
import type { Webhook } from "./webhooks";

export function EditWebhook({ webhook, onClose }: { webhook: Webhook; onClose: () => void }) {
  async function submit(values: FormData) {
    const reader = new FormReader(values);
    const input = { id: webhook.id, ...changes(webhook, readWebhook(reader)) };
    const errors = reader.errors.length ? reader.errors : await command("updateWebhook", input);
    if (!errors.length) notify("The webhook is changed. It continues from its position.");
    return errors;
  }

  return (
    <FormDialog title="Edit webhook" submitLabel="Save webhook" onClose={onClose} onSubmit={submit}>
      <WebhookFields {...webhook} />
    </FormDialog>
  );
}
