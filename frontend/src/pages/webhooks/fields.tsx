/** The fields of a webhook, and what is entered in them. */

import { AreaField, TextField } from "../../components/form/fields";
import type { FormReader } from "../../lib/validation";

export const EXAMPLE = `subscription {
  taskStatusChanged(where: {statuses: [SUCCESS, FAILED]}) {
    taskId
    status
    version
    at
    message
  }
}`;

export function WebhookFields(props: { url?: string; document: string; variables?: unknown }) {
  return (
    <>
      <TextField
        name="url"
        label="URL"
        hint="It receives the messages, and begins with https://."
        maxLength={2_000}
        defaultValue={props.url}
      />
      <AreaField
        name="document"
        label="Document"
        hint="A subscription to taskStatusChanged or clusterEvents. Each response is a message."
        defaultValue={props.document}
        rows={9}
      />
      <AreaField
        name="variables"
        label="Variables (JSON, optional)"
        defaultValue={variablesText(props.variables)}
        rows={2}
      />
    </>
  );
}

/** Variables as a text; empty if there are none. */
export function variablesText(variables: unknown): string {
  const isEmpty = !variables || !Object.keys(variables).length;
  return isEmpty ? "" : JSON.stringify(variables, null, 2);
}

export function readWebhook(reader: FormReader) {
  return {
    url: reader.requiredText("url", "URL"),
    document: reader.requiredText("document", "Document"),
    variables: readVariables(reader),
  };
}

type Values = { url: string; document: string; variables: unknown };

/** What differs. An unchanged document is left out, so that a batch in transit stays the same. */
export function changes(before: Values, { url, document, variables }: Values): Partial<Values> {
  const isSame =
    before.document === document && variablesText(before.variables) === variablesText(variables);
  return isSame ? { url } : { url, document, variables };
}

function readVariables(reader: FormReader): unknown {
  try {
    return JSON.parse(reader.text("variables") || "{}");
  } catch {
    reader.refuse("variables", "Variables must be a JSON object.");
    return {};
  }
}
