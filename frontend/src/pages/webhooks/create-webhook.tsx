/** Creates a webhook, and shows its secret once. */

import { useState } from "react";
import { Dialog } from "../../components/dialog/dialog";
import { Form } from "../../components/form/form";
import { Secret } from "../../components/secret";
import { mutate } from "../../lib/api/mutations";
import { graphql, UserErrorFields } from "../../lib/api/schema";
import { FormReader } from "../../lib/validation";
import { EXAMPLE, readWebhook, WebhookFields } from "./fields";

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

export function CreateWebhook({ onClose }: { onClose: () => void }) {
  const [secret, setSecret] = useState<string>();

  async function submit(values: FormData) {
    const reader = new FormReader(values);
    const input = readWebhook(reader);
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
          <WebhookFields document={EXAMPLE} />
        </Form>
      )}
    </Dialog>
  );
}
