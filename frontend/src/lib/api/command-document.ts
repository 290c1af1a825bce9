// Not the parser of the package graphql, which is much larger.
import { gql, type TypedDocumentNode } from "urql";
import type { MutationName, UserError } from "./schema";

/**
 * A mutation that selects only its errors.
 *
 * It is made from the name by the schema's convention: `pauseQueue` takes a `PauseQueueInput`.
 */
export function commandDocument(
  name: MutationName,
): TypedDocumentNode<Record<string, { errors: UserError[] }>, { input: unknown }> {
  const operation = name.charAt(0).toUpperCase() + name.slice(1);
  return gql(`mutation ${operation}($input: ${operation}Input!) {
    ${name}(input: $input) { errors { field message } }
  }`);
}
