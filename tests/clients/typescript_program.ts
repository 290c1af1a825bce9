/** Uses the TypeScript client: `typescript_program.js SCENARIO URL [CURSOR]`. */

import assert from "node:assert/strict";
import {
  CancelTaskDocument,
  Client,
  ClientError,
  CreateScheduleDocument,
  CreateTaskDocument,
  CreateTasksDocument,
  followTasks,
  Gap,
  GetTaskDocument,
  ListSchedulesDocument,
  ListTasksDocument,
  type ListTasksQuery,
  PauseScheduleDocument,
  ResumeScheduleDocument,
  RetryTaskDocument,
} from "cluster-scheduler-client";
import { WebSocket } from "ws";

const [scenario = "", url, after] = process.argv.slice(2);
const token = process.env.CLUSTER_TOKEN;
const client = new Client({ url, token, webSocketImpl: WebSocket });
const BIGGEST = "9223372036854775807";

const scenarios: Record<string, () => Promise<void>> = {
  async tasks() {
    const input = { a: BIGGEST, b: -1, priority: 9 };
    const { task } = (await client.request(CreateTaskDocument, { input })).createTask;
    assert(task);
    assert.deepEqual([task.a, task.b, task.priority, task.status], [BIGGEST, "-1", 9, "PENDING"]);
    for (const id of [task.id, task.uuid]) {
      assert.deepEqual((await client.request(GetTaskDocument, { id })).task, task);
    }

    const same = { input: { id: task.id } };
    const { cancelTask } = await client.request(CancelTaskDocument, same);
    assert.equal(cancelTask.task?.status, "CANCELLED");
    const { retryTask } = await client.request(RetryTaskDocument, same);
    assert.equal(retryTask.task?.run, 2);
    const again = (await client.request(RetryTaskDocument, same)).retryTask;
    assert.equal(again.errors[0]?.code, "NOT_RETRYABLE");

    await assert.rejects(client.request(ListTasksDocument, { first: 101 }), ClientError);
  },

  async pages() {
    const rows = [0, 1, 2, 3, 4].map((a) => ({ a, b: 0 }));
    const { createTasks } = await client.request(CreateTasksDocument, { input: { tasks: rows } });
    const listed: string[] = [];
    let cursor: string | null = null;
    do {
      const variables = { first: 2, after: cursor };
      const page: ListTasksQuery = await client.request(ListTasksDocument, variables);
      listed.push(...page.tasks.nodes.map(({ id }) => id));
      cursor = page.tasks.pageInfo.hasNextPage ? page.tasks.pageInfo.endCursor : null;
    } while (cursor);
    assert.deepEqual(listed.sort(), createTasks.taskIds.sort());
  },

  async schedules() {
    const input = { a: 1, b: 2, recurrence: { cron: { expression: "0 3 * * *" } } };
    const created = (await client.request(CreateScheduleDocument, { input })).createTaskSchedule;
    assert(created.taskSchedule, created.errors[0]?.message);
    const { id } = created.taskSchedule;
    const pausing = { input: { id, note: "holidays" } };
    const { pauseTaskSchedule } = await client.request(PauseScheduleDocument, pausing);
    assert.equal(pauseTaskSchedule.taskSchedule?.pauseNote, "holidays");
    const { taskSchedules } = await client.request(ListSchedulesDocument, { paused: true });
    assert.deepEqual(
      taskSchedules.nodes.map((each) => each.id),
      [id],
    );
    const { resumeTaskSchedule } = await client.request(ResumeScheduleDocument, { input: { id } });
    assert.equal(resumeTaskSchedule.taskSchedule?.paused, false);
  },

  /** Prints each change as a line of JSON, without an end. */
  async follow() {
    for await (const change of followTasks(client, { after })) {
      const line = change instanceof Gap ? ["gap", change.cursor] : [change.taskId, change.version];
      console.log(JSON.stringify(line));
    }
  },

  /** Follows with a token that the server refuses. */
  async refused() {
    await assert.rejects(followTasks(client, { after }).next(), {
      name: "ClientError",
      message: "The server refused the connection: 4403 Forbidden",
    });
  },

  /** Ends a loop that waits for a change, and one that waits for the server. */
  async abort() {
    for (const address of [url, "http://127.0.0.1:9"]) {
      const controller = new AbortController();
      const stopped = new Client({ url: address, webSocketImpl: WebSocket });
      const { signal } = controller;
      const onRetry = () => setTimeout(() => controller.abort());
      setTimeout(() => controller.abort(), 1_000);
      for await (const change of followTasks(stopped, { after, signal, onRetry })) {
        assert.fail(JSON.stringify(change));
      }
      await stopped.dispose();
    }
  },
};

await scenarios[scenario]?.();
await client.dispose();
