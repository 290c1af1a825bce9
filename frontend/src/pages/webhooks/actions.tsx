/** The actions of a webhook. */

import { useState } from "react";
import { Dialog, FormDialog } from "../../components/dialog/dialog";
import { Form } from "../../components/form/form";
import { Menu, type MenuItem } from "../../components/menu/menu";
import { notify } from "../../components/notices/store";
import { Secret } from "../../components/secret";
import { command, mutate } from "../../lib/api/mutations";
import { graphql, UserErrorFields } from "../../lib/api/schema";
import { Deliveries } from "./deliveries";
import { EditWebhook } from "./edit-webhook";
import { Replay } from "./replay";
import type { Webhook } from "./webhooks";

const RotateWebhookSecret = graphql(
  `
    mutation RotateWebhookSecret($input: RotateWebhookSecretInput!) {
      rotateWebhookSecret(input: $input) {
        secret
        errors {
          ...UserErrorFields
        }
      }
    }
  `,
  [UserErrorFields],
);

type Opened = "deliveries" | "edit" | "replay" | "rotate" | "delete";

export function WebhookActions({ webhook }: { webhook: Webhook }) {
  const [opened, setOpened] = useState<Opened>();
  const { id, url } = webhook;
  const close = () => setOpened(undefined);

  async function run(name: "testWebhook" | "resumeWebhook", done: string) {
    const errors = await command(name, { id });
    notify(errors[0]?.message ?? done);
  }

  const items: MenuItem[] = [
    { label: "Deliveries", icon: "list", onSelect: () => setOpened("deliveries") },
    {
      label: "Send test",
      icon: "activity",
      onSelect: () => void run("testWebhook", "A test message is sent. See its deliveries."),
    },
    ...(webhook.state === "ACTIVE"
      ? []
      : ([
          {
            label: "Resume",
            icon: "play",
            onSelect: () => void run("resumeWebhook", "The webhook is resumed."),
          },
        ] as const)),
    { label: "Edit…", icon: "edit", onSelect: () => setOpened("edit") },
    { label: "Replay from…", icon: "repeat", onSelect: () => setOpened("replay") },
    { label: "Rotate secret…", icon: "key", onSelect: () => setOpened("rotate") },
    { label: "Delete…", icon: "ban", isDanger: true, onSelect: () => setOpened("delete") },
  ];
  return (
    <>
      <Menu label={`Actions for ${url}`} items={items} />
      {opened === "deliveries" && <Deliveries id={id} onClose={close} />}
      {opened === "edit" && <EditWebhook webhook={webhook} onClose={close} />}
      {opened === "replay" && <Replay webhook={webhook} onClose={close} />}
      {opened === "rotate" && <Rotate id={id} onClose={close} />}
      {opened === "delete" && (
        <FormDialog
          title="Delete the webhook?"
          submitLabel="Delete"
          cancelLabel="Keep webhook"
          isDanger
          onClose={close}
          onSubmit={() => command("deleteWebhook", { id })}
        >
          <p>Nothing more is sent to {url}. The log of its deliveries is deleted too.</p>
        </FormDialog>
      )}
    </>
  );
}

function Rotate({ id, onClose }: { id: string; onClose: () => void }) {
  const [secret, setSecret] = useState<string>();

  async function rotate() {
    const { payload, errors } = await mutate(RotateWebhookSecret, { input: { id } });
    if (payload?.secret) setSecret(payload.secret);
    return errors;
  }

  return (
    <Dialog title={secret ? "Secret rotated" : "Rotate the secret?"} onClose={onClose}>
      {secret ? (
        <Secret secret={secret} onClose={onClose} />
      ) : (
        <Form submitLabel="Rotate secret" cancelLabel="Cancel" onCancel={onClose} onSubmit={rotate}>
          <p>For 24 hours, messages are signed with the new and with the previous secret.</p>
        </Form>
      )}
    </Dialog>
  );
}
