"""What the log adds up to: how many tasks stand where, and how long those took that ended.

`tasks_app/stats.py` folds the log into these rows, each line once. What it has not come to yet is
added by whoever reads them, so they lag behind nothing.
"""

from django.contrib.postgres.functions import TransactionNow
from django.db import models


class StatsWatermark(models.Model):
    """How far the log has been folded. There is one row."""

    xid = models.BigIntegerField(default=0)
    event_id = models.BigIntegerField(default=0)
    at = models.DateTimeField(db_default=TransactionNow())

    def __str__(self) -> str:
        return f"{self.xid}:{self.event_id}"


class TaskCount(models.Model):
    """How many tasks of a queue have a status."""

    queue = models.CharField(max_length=63)
    status = models.CharField(max_length=9)
    count = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["queue", "status"], name="task_count_once"),
        ]

    def __str__(self) -> str:
        return f"{self.count} {self.status} in {self.queue}"


class StatsPeriod(models.Model):
    """What ended in a span of time: in one queue, or on one node.

    A histogram counts runs by bucket (see `tasks_app/stats.py`): ``{"12": 3}``. A span of no
    seconds is all time.
    """

    queue = models.CharField(max_length=63, blank=True)
    node = models.UUIDField(null=True, blank=True)
    seconds = models.IntegerField()
    at = models.DateTimeField(help_text="When the span began.")
    succeeded = models.BigIntegerField(default=0)
    failed = models.BigIntegerField(default=0)
    cancelled = models.BigIntegerField(default=0)
    wait = models.JSONField(default=dict)
    run = models.JSONField(default=dict)
    total = models.JSONField(default=dict)
    wait_ms = models.BigIntegerField(default=0)
    run_ms = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["seconds", "at", "queue", "node"],
                name="stats_period_once",
                nulls_distinct=False,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.seconds} s from {self.at}: {self.queue or self.node}"
