/** Changes to the cluster. A refusal is a value, not an exception: a list of errors by field. */

import type { TypedDocumentNode } from "urql";
import { client } from "./client";
import { commandDocument, countDocument } from "./command-document";
import { userErrorsOf } from "./errors";
import type { InputOf, MutationName, UserError } from "./schema";

type Payload = { errors: UserError[] };
export type Outcome<Data> = { payload?: Data; errors: UserError[] };

/** Run a mutation of one field. Errors that concern no field of the input have an empty path. */
export async function mutate<Data extends Record<string, Payload>, Variables extends object>(
  document: TypedDocumentNode<Data, Variables>,
  variables: Variables,
): Promise<Outcome<Data[keyof Data]>> {
  const { data, error } = await client.mutation(document, variables).toPromise();
  if (error) return { errors: userErrorsOf(error) };
  const payload = Object.values(data ?? {})[0] as Data[keyof Data] | undefined;
  if (!payload) return { errors: [{ field: [], message: "The server sent no answer." }] };
  return { payload, errors: payload.errors };
}

/** Run a mutation of which only the errors matter. */
export async function command<Name extends MutationName>(
  name: Name,
  input: InputOf<Name>,
): Promise<UserError[]> {
  const { errors } = await mutate(commandDocument(name), { input });
  return errors;
}

/** Run a mutation of many objects, which returns how many it changed or would change. */
export function commandMany<Name extends MutationName>(
  name: Name,
  input: InputOf<Name>,
): Promise<Outcome<Payload & { count: number }>> {
  return mutate(countDocument(name), { input });
}
