/** Creates a token, and shows its secret once. */

import { useState } from "react";
import { Dialog } from "../../components/dialog/dialog";
import { SelectField, TextField, TimeField } from "../../components/form/fields";
import { Form } from "../../components/form/form";
import { Secret } from "../../components/secret";
import { mutate } from "../../lib/api/mutations";
import { graphql, type Role, UserErrorFields } from "../../lib/api/schema";
import { FormReader } from "../../lib/validation";
import { SCOPES, type ScopeKind } from "./scope";

const CreateApiToken = graphql(
  `
    mutation CreateApiToken($input: CreateApiTokenInput!) {
      createApiToken(input: $input) {
        secret
        errors {
          ...UserErrorFields
        }
      }
    }
  `,
  [UserErrorFields],
);

const ROLES = [
  ["VIEWER", "Viewer: read everything but tokens and webhooks"],
  ["OPERATOR", "Operator: create and control tasks, schedules, queues and nodes"],
  ["ADMIN", "Admin: also manage tokens and webhooks"],
] as const;

const SCOPE_OPTIONS = Object.entries(SCOPES).map(([key, { option }]) => [key, option] as const);

export function CreateToken({ onClose }: { onClose: () => void }) {
  const [secret, setSecret] = useState<string>();
  const [scope, setScope] = useState<ScopeKind | "">("");

  async function submit(values: FormData) {
    const reader = new FormReader(values);
    const input = {
      scope: scope ? SCOPES[scope].input(reader.requiredText("scope", SCOPES[scope].label)) : null,
      name: reader.requiredText("name", "Name"),
      role: reader.text("role") as Role,
      expiresAt: reader.optionalTime("expiresAt", "Expires at"),
    };
    if (reader.errors.length) return reader.errors;
    const { payload, errors } = await mutate(CreateApiToken, { input });
    if (payload?.secret) setSecret(payload.secret);
    return errors;
  }

  return (
    <Dialog title={secret ? "Token created" : "Create token"} onClose={onClose}>
      {secret ? (
        <Secret secret={secret} onClose={onClose} />
      ) : (
        <Form
          submitLabel="Create token"
          cancelLabel="Cancel"
          onCancel={onClose}
          onSubmit={submit}
          onChange={(values) => setScope(values.get("scopeKind") as ScopeKind | "")}
        >
          <TextField
            name="name"
            label="Name"
            hint="The program that uses the token. The event log names it."
            maxLength={100}
          />
          <SelectField name="role" label="Role" defaultValue="OPERATOR" options={ROLES} />
          <SelectField
            name="scopeKind"
            label="Scope"
            hint="A scoped token reaches one object. It creates nothing."
            options={[["", "Everything"], ...SCOPE_OPTIONS]}
          />
          {scope && <TextField key={scope} name="scope" label={SCOPES[scope].label} />}
          <TimeField name="expiresAt" label="Expires at" hint="Empty: never." />
        </Form>
      )}
    </Dialog>
  );
}
