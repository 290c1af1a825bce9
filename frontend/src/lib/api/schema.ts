/** Typed GraphQL documents: the compiler checks them against schema/schema.graphql. */

import { initGraphQLTada, type ResultOf } from "gql.tada";
import type { introspection } from "../../graphql-env";

export const graphql = initGraphQLTada<{
  introspection: introspection;
  disableMasking: true;
  scalars: {
    BigInt: string;
    Date: string;
    DateTime: string;
    JSON: unknown;
    Time: string;
    UUID: string;
  };
}>();

export type { ResultOf, VariablesOf } from "gql.tada";

type Scalar<Name extends Parameters<typeof graphql.scalar>[0]> = ReturnType<
  typeof graphql.scalar<Name>
>;
export type TaskStatus = Scalar<"TaskStatus">;
export type NewTask = Scalar<"NewTaskInput">;
export type NewSchedule = Scalar<"CreateTaskScheduleInput">;
export type TaskColumn = Scalar<"TaskColumn">;
export type TaskWhere = Scalar<"TaskWhere">;
export type PendingReason = Scalar<"PendingReason">;
export type CatchUpPolicy = Scalar<"CatchUpPolicy">;
export type OverlapPolicy = Scalar<"OverlapPolicy">;
export type ClusterEventKind = Scalar<"ClusterEventKind">;
export type AttentionKind = Scalar<"AttentionKind">;
export type SchedulingPolicy = Scalar<"SchedulingPolicy">;
export type ForecastChange = Scalar<"ForecastChange">;
export type Role = Scalar<"Role">;
export type BackfillState = Scalar<"BackfillState">;
export type WebhookState = Scalar<"WebhookState">;
export type BackfillRunState = Scalar<"BackfillRunState">;

/** The part of a validation error that people read. Every mutation selects it. */
export const UserErrorFields = graphql(`
  fragment UserErrorFields on UserError {
    field
    message
  }
`);
export type UserError = ResultOf<typeof UserErrorFields>;

type Introspection = introspection["types"];
type MutationFields = Introspection["Mutation"]["fields"];
export type MutationName = keyof MutationFields & string;
/** The input type of a mutation: `pauseQueue` takes `PauseQueueInput`. */
export type InputOf<Name extends MutationName> =
  `${Capitalize<Name>}Input` extends infer Input extends Parameters<typeof graphql.scalar>[0]
    ? Scalar<Input>
    : never;
