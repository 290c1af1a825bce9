/** A typed client of the cluster scheduler. */

export { Client, ClientError, type ClientOptions } from "./client.js";
export { type FollowOptions, followTasks, Gap } from "./followTasks.js";
export * from "./generated.js";
