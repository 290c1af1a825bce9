/** The mutations that create tasks. */

import { graphql, UserErrorFields } from "../../lib/api/schema";

export const CreateTask = graphql(
  `
    mutation CreateTask($input: CreateTaskInput!) {
      createTask(input: $input) {
        task {
          uuid
        }
        errors {
          ...UserErrorFields
        }
      }
    }
  `,
  [UserErrorFields],
);

export const CreateTasks = graphql(
  `
    mutation CreateTasks($input: CreateTasksInput!) {
      createTasks(input: $input) {
        count
        errors {
          ...UserErrorFields
        }
      }
    }
  `,
  [UserErrorFields],
);
