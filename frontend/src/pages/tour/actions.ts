/** Creates what the tour shows, and removes it. Each returns what was refused. */

import { CreateTasks } from "../../components/tasks/create";
import { command, mutate } from "../../lib/api/mutations";
import type { UserError } from "../../lib/api/schema";
import { missingQueues, newSchedule, newTasks, TASKS } from "./plan";
import { SCHEDULES } from "./query";

/** Create the queues that are missing, tasks, and a schedule in place of an earlier one. */
export async function start(queues: readonly string[]): Promise<UserError[]> {
  return inOrder([
    ...missingQueues(queues).map((queue) => () => command("createQueue", queue)),
    () => command("deleteTaskSchedules", { where: SCHEDULES }),
    async () => (await mutate(CreateTasks, { input: { tasks: newTasks() } })).errors,
    () => command("createTaskSchedule", newSchedule(new Date())),
  ]);
}

/** Delete the schedule, and cancel the tasks that have not ended. */
export async function remove(): Promise<UserError[]> {
  return inOrder([
    () => command("deleteTaskSchedules", { where: SCHEDULES }),
    () => command("cancelTasks", { where: { search: TASKS } }),
  ]);
}

/** Take each step after the one before has succeeded. */
async function inOrder(steps: (() => Promise<UserError[]>)[]): Promise<UserError[]> {
  for (const step of steps) {
    const errors = await step();
    if (errors.length) return errors;
  }
  return [];
}
