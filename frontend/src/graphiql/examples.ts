/** The tabs of GraphiQL when it is opened for the first time. */

export const EXAMPLES = [
  {
    query: `# Create a task. A worker node runs it within milliseconds.
mutation CreateTask {
  createTask(input: {
    a: "9223372036854775807"
    b: 1
    priority: 9
    durationMs: 3000
  }) {
    task { id uuid status }
    errors { code field message }
  }
}
`,
  },
  {
    query: `# List tasks by page: pass endCursor as $after to get the next page.
query Tasks($after: String) {
  tasks(
    where: { statuses: [SUCCESS, FAILED], a: { min: 1 } }
    first: 10
    after: $after
  ) {
    nodes {
      uuid a b result status queueTimeMs runTimeMs
      workerNode { name }
      history { kind at }
    }
    pageInfo { hasNextPage endCursor }
    totalCount
  }
}
`,
    variables: '{\n  "after": null\n}',
  },
  {
    query: `# Follow every change of every task. Run it, then create a task in another tab.
subscription Changes {
  taskStatusChanged {
    at
    previousStatus
    status
    task { uuid a b result }
    workerNode { name }
  }
}
`,
  },
  {
    query: `# Follow the counters and rates of the cluster.
subscription Cluster {
  cluster(intervalMs: 1000) {
    statusCounts { status count }
    stats(window: MINUTE) { perSecond queueTime { p50 p95 } }
    workerNodes { name slots busySlots }
  }
}
`,
  },
  {
    query: `# Create a schedule, which runs a task at a fixed interval.
mutation CreateSchedule($start: DateTime!) {
  createTaskSchedule(input: {
    a: 2
    b: 3
    scheduledAt: $start
    recurrence: {interval: 10}
  }) {
    taskSchedule { uuid nextRunAt upcoming(count: 3) }
    errors { code field message }
  }
}
`,
    variables: '{\n  "start": "2026-01-01T00:00:00Z"\n}',
  },
];
