/** The tabs that somebody finds who opens GraphiQL for the first time. */

export const EXAMPLES = [
  {
    query: `# Create a task. A node of the cluster runs it within milliseconds.
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
    query: `# Tasks by what they are, a page at a time: pass endCursor as $after.
query Tasks($after: String) {
  tasks(
    where: { statuses: [SUCCESS, FAILED], a: { min: 1 } }
    first: 10
    after: $after
  ) {
    nodes {
      uuid a b result status waitMs runMs
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
    query: `# Each change of each task, as it happens. Run it, then create a task in another tab.
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
    query: `# The cluster as a whole, whenever it has changed.
subscription Cluster {
  cluster(everyMs: 1000) {
    statusCounts { status count }
    load(window: MINUTE) { perSecond wait { p50 p95 } }
    workerNodes { name slots busySlots }
  }
}
`,
  },
  {
    query: `# A task that runs again and again.
mutation CreateSchedule($start: DateTime!) {
  createTaskSchedule(input: {
    a: 2
    b: 3
    scheduledAt: $start
    interval: 10
  }) {
    taskSchedule { uuid nextRunAt upcoming(count: 3) }
    errors { code field message }
  }
}
`,
    variables: '{\n  "start": "2026-01-01T00:00:00Z"\n}',
  },
];
