import { initGraphQLTada } from "gql.tada";
import type { introspection } from "./graphql-env";

/** Documents are checked against schema/schema.graphql when they are compiled. */
export const graphql = initGraphQLTada<{
  introspection: introspection;
  disableMasking: true;
  scalars: { BigInt: string; DateTime: string; UUID: string };
}>();

import type { ResultOf } from "gql.tada";
export type { ResultOf, VariablesOf } from "gql.tada";
export type TaskStatus = ReturnType<typeof graphql.scalar<"TaskStatus">>;
export type ClusterEventKind = ReturnType<typeof graphql.scalar<"ClusterEventKind">>;

/** What every mutation is asked for. */
export const Refusal = graphql(`
  fragment Refusal on UserError {
    field
    message
  }
`);
export type UserError = ResultOf<typeof Refusal>;
