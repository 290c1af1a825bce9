"""Statistics of tasks: counts by status, rates and percentiles.

Their cost does not grow with the log. `rollup` adds each event once to `TaskCount` and
`StatsPeriod`, a moment after it was written. `queries` adds the events since then in the same
statement, so a change counts as soon as it is committed.
"""

from tasks_app.stats.histogram import BUCKETS_PER_DOUBLING, bucket, bucket_end, percentile
from tasks_app.stats.queries import Window, history, node_stats, queue_stats, task_counts
from tasks_app.stats.rollup import BATCH, delete_old, roll_up, rolled_up_until
from tasks_app.stats.totals import TaskStats, sum_of

__all__ = [
    "BATCH",
    "BUCKETS_PER_DOUBLING",
    "TaskStats",
    "Window",
    "bucket",
    "bucket_end",
    "delete_old",
    "history",
    "node_stats",
    "percentile",
    "queue_stats",
    "roll_up",
    "rolled_up_until",
    "sum_of",
    "task_counts",
]
