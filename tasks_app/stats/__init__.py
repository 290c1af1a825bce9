"""Statistics of tasks: counts by status, rates, percentiles and time series.

Their cost does not grow with the log. `rollup` adds each event once to `TaskCount` and
`StatsPeriod`, a moment after it was written. `reading` adds the events since then in the same
statement, so a change counts as soon as it is committed. `gauges` samples backlogs and slots.
"""

from tasks_app.stats.counts import task_counts, task_counts_at
from tasks_app.stats.gauges import take_sample
from tasks_app.stats.growth import GROWTH_WINDOW, Backlog, growing
from tasks_app.stats.histogram import BUCKETS_PER_DOUBLING, bucket, bucket_end, percentile
from tasks_app.stats.queries import Window, cluster_stats, node_stats, queue_stats
from tasks_app.stats.reading import Scope
from tasks_app.stats.rollup import BATCH, delete_old, roll_up, rolled_up_until
from tasks_app.stats.series import GROUPS_MAX, RANGE_MAX, Gauges, Group, TimeSeries, time_series
from tasks_app.stats.totals import TaskStats

__all__ = [
    "BATCH",
    "BUCKETS_PER_DOUBLING",
    "GROUPS_MAX",
    "GROWTH_WINDOW",
    "RANGE_MAX",
    "Backlog",
    "Gauges",
    "Group",
    "Scope",
    "TaskStats",
    "TimeSeries",
    "Window",
    "bucket",
    "bucket_end",
    "cluster_stats",
    "delete_old",
    "growing",
    "node_stats",
    "percentile",
    "queue_stats",
    "roll_up",
    "rolled_up_until",
    "take_sample",
    "task_counts",
    "task_counts_at",
    "time_series",
]
