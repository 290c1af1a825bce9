import { graphql } from "../../lib/api/schema";

/** The state of a worker node, as its page and the list of nodes show it. */
export const NodeFields = graphql(`
  fragment NodeFields on WorkerNode {
    id
    name
    host
    pid
    version
    labels
    connection
    scheduling
    schedulingNote
    schedulingBy
    drainDeadline
    stopRequestedAt
    slots
    desiredSlots
    busySlots
    queues
    desiredQueues
    heartbeatAt
    onlineSince
  }
`);
