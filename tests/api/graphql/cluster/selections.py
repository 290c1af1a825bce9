"""Selections of fields."""

STATS = """stats(window: FIVE_MINUTES) {
    succeeded failed perSecond queueTime { p50 } runTime { p95 p99 }
}"""
NODE = """name host pid version labels slots busySlots queues connection scheduling schedulingNote
          drainDeadline desiredSlots desiredQueues stopRequestedAt heartbeatAt onlineSince"""
