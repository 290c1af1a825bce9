/** Creates a webhook, and shows its secret once. */

import { useState } from "react";
import { Dialog } from "../../components/dialog";
import { AreaField, TextField } from "../../components/form/fields";
import { Form } from "../../components/form/form";
import { Secret } from "../../components/secret";
import { mutate } from "../../lib/api/mutations";
import { graphql, UserErrorFields } from "../../lib/api/schema";
import { FormReader } from "../../lib/validation";

const CreateWebhookMutation = graphql(
  `
    mutation CreateWebhook($input: CreateWebhookInput!) {
      createWebhook(input: $input) {
        secret
        errors {
          ...UserErrorFields
        }
      }
    }
  `,
  [UserErrorFields],
);

const EXAMPLE = `subscription {
  taskStatusChanged(where: {statuses: [SUCCESS, FAILED]}) {
    taskId
    status
    version
    at
    message
  }
}`;

export function CreateWebhook({ onClose }: { onClose: () => void }) {
  const [secret, setSecret] = useState<string>();

  async function submit(values: FormData) {
    const reader = new FormReader(values);
    const input = {
      url: reader.requiredText("url", "URL"),
      document: reader.requiredText("document", "Document"),
    };
    if (reader.errors.length) return reader.errors;
    const { payload, errors } = await mutate(CreateWebhookMutation, { input });
    if (payload?.secret) setSecret(payload.secret);
    return errors;
  }

  return (
    <Dialog title={secret ? "Webhook created" : "Create webhook"} onClose={onClose}>
      {secret ? (
        <Secret secret={secret} onClose={onClose} />
      ) : (
        <Form
          submitLabel="Create webhook"
          cancelLabel="Cancel"
          onCancel={onClose}
          onSubmit={submit}
        >
          <TextField
            name="url"
            label="URL"
            hint="It receives the messages, and begins with https://."
            maxLength={2_000}
          />
          <AreaField
            name="document"
            label="Document"
            hint="A subscription to taskStatusChanged or clusterEvents. Each response is a message."
            defaultValue={EXAMPLE}
            rows={9}
          />
        </Form>
      )}
    </Dialog>
  );
}
