// Not the parser of the package graphql, which is much larger.
import { gql, type TypedDocumentNode } from "urql";
import type { MutationName, UserError } from "./schema";

type Payload = { errors: UserError[] };
type CommandDocument<Selected> = TypedDocumentNode<Record<string, Selected>, { input: unknown }>;

/** A mutation that selects only its errors. */
export function commandDocument(name: MutationName): CommandDocument<Payload> {
  return documentOf(name, "");
}

/** A mutation of many objects that selects their number, too. */
export function countDocument(name: MutationName): CommandDocument<Payload & { count: number }> {
  return documentOf(name, "count ");
}

/** It is made from the name by the schema's convention: `pauseQueue` takes a `PauseQueueInput`. */
function documentOf(name: MutationName, fields: string) {
  const operation = name.charAt(0).toUpperCase() + name.slice(1);
  return gql(`mutation ${operation}($input: ${operation}Input!) {
    ${name}(input: $input) { ${fields}errors { field message } }
  }`);
}
