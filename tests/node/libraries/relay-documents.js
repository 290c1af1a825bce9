// The documents of relay.mjs, for the Relay compiler.
import { graphql } from 'relay-runtime';

graphql`
  query relayTaskQuery($id: ID!) {
    task(id: $id) { id a b }
  }
`;
graphql`
  mutation relayCreateMutation($input: CreateTaskInput!) {
    createTask(input: $input) { task { id a b } errors { message } }
  }
`;
graphql`
  query relayPageQuery($first: Int!, $after: String) {
    tasks(first: $first, after: $after) @connection(key: "exercise_tasks") {
      edges { node { a } }
      pageInfo { hasNextPage endCursor }
    }
  }
`;
graphql`
  subscription relayChangesSubscription($after: String) {
    taskStatusChanged(after: $after) { cursor taskId version }
  }
`;
