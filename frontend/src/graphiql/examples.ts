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
  {
    query: `# Count what a search finds before you cancel it: remove dryRun to do it. Then restoreTasks
# takes restorableEvents, and the tasks are pending again.
mutation CancelFound {
  cancelTasks(input: {
    where: { search: "queue:default status:pending created:>1h" }
    dryRun: true
  }) {
    count
    pendingCount
    restorableEvents
    errors { code field message }
  }
}
`,
  },
  {
    query: `# List open and past alerts, and after how long an item becomes one.
query Alerts {
  alerts(first: 10) {
    nodes {
      kind queue openedAt resolvedAt
      workerNode { name }
    }
    totalCount
  }
  alertRules { kind enabled openAfterSeconds resolveAfterSeconds }
}
`,
  },
  {
    query: `# Check the invariants of the cluster now, in one snapshot.
query Ledger {
  ledger {
    checkedAt durationMs holds
    invariants { name statement examined violations holds }
  }
}
`,
  },
  {
    query: `# Follow backfills. createBackfill starts one: its dryRun counts the scheduled times.
query Backfills {
  backfills(first: 5) {
    nodes {
      id state from until total
      counts { waiting active succeeded failed }
      schedule { id recurrence { text } }
    }
  }
}
`,
  },
  {
    query: `# List the saved views of the list of tasks. saveView keeps one, deleteView removes it.
query SavedViews {
  savedViews {
    id name search columns
    orderBy { field direction }
  }
}
`,
  },
];
