"""Statistics of tasks, rolled up from the event log.

`tasks_app/stats/rollup.py` adds each event once. Queries of `tasks_app/stats` add the events that
have not been rolled up yet, so statistics are always current.
"""

from django.contrib.postgres.functions import TransactionNow
from django.db import models


class StatsWatermark(models.Model):
    """A single row that holds the position of the last event that has been rolled up."""

    xid = models.BigIntegerField(default=0)
    event_id = models.BigIntegerField(default=0)
    at = models.DateTimeField(db_default=TransactionNow())

    def __str__(self) -> str:
        return f"{self.xid}:{self.event_id}"


class TaskCount(models.Model):
    """The number of tasks of a queue that have a status."""

    queue = models.CharField(max_length=63)
    status = models.CharField(max_length=9)
    count = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["queue", "status"], name="task_count_once"),
        ]

    def __str__(self) -> str:
        return f"{self.count} {self.status} in {self.queue}"


class Period(models.Model):
    """A period of a queue, a node, or the cluster as a whole if neither is set."""

    queue = models.CharField(max_length=63, blank=True)
    node = models.UUIDField(null=True, blank=True)
    seconds = models.IntegerField()
    at = models.DateTimeField(help_text="The start of the period.")

    class Meta:
        abstract = True
        constraints = [
            models.UniqueConstraint(
                fields=["seconds", "at", "queue", "node"],
                name="%(class)s_once",
                nulls_distinct=False,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.seconds} s from {self.at}: {self.queue or self.node}"


class StatsPeriod(Period):
    """The runs that ended in a period: in a queue, on a node, or all if neither is given.

    `wait`, `run` and `total` are histograms, which count runs by bucket (see
    `tasks_app/stats/histogram.py`): ``{"12": 3}``. A period of 0 seconds is all time.
    """

    succeeded = models.BigIntegerField(default=0)
    failed = models.BigIntegerField(default=0)
    cancelled = models.BigIntegerField(default=0)
    wait = models.JSONField(default=dict)
    run = models.JSONField(default=dict)
    total = models.JSONField(default=dict)
    wait_ms = models.BigIntegerField(default=0)
    run_ms = models.BigIntegerField(default=0)


class GaugePeriod(Period):
    """The backlog of a queue or the use of a node's slots in a period; of all if neither is set.

    Each number is the sum of as many samples as `samples` says, so that its mean is known for
    periods of every length.
    """

    samples = models.IntegerField()
    pending = models.BigIntegerField(help_text="Pending tasks; 0 for a node.")
    busy_slots = models.BigIntegerField(help_text="Slots in use; 0 for a queue.")
    slots = models.BigIntegerField(help_text="Slots of online nodes; 0 for a queue.")
    oldest_wait_ms = models.BigIntegerField(
        help_text="How long the oldest due task of a queue has waited; 0 without one."
    )
