"""The scheduling policy of the cluster, and the tags of its fair share."""

from uuid import UUID

from django.db import models

from tasks_app.models.base import BaseModel
from tasks_app.options import AGING_MS

# The ID of the only row.
SETTINGS_ID = UUID(int=1)
AGING_MS_MIN, AGING_MS_MAX = 1_000, 7 * 24 * 60 * 60 * 1000


class SchedulingSettings(BaseModel):
    """The policy by which nodes claim tasks. A cluster without a row uses the defaults."""

    class Policy(models.TextChoices):
        """The names of `policy/orders.py`."""

        PRIORITY = "priority"
        FIFO = "fifo"
        AGED_PRIORITY = "aged-priority"
        SHORTEST_FIRST = "shortest-first"
        FAIR_SHARE = "fair-share"

    policy = models.CharField(
        max_length=14, choices=Policy.choices, default=Policy.PRIORITY, db_default=Policy.PRIORITY
    )
    backfill = models.BooleanField(default=True, db_default=True)
    aging_ms = models.IntegerField(default=AGING_MS, db_default=AGING_MS)
    changed_by = models.CharField(max_length=150, blank=True, db_default="")

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="scheduling_policy",
                condition=models.Q(
                    policy__in=["priority", "fifo", "aged-priority", "shortest-first", "fair-share"]
                ),
            ),
            models.CheckConstraint(
                name="scheduling_aging",
                condition=models.Q(aging_ms__range=(AGING_MS_MIN, AGING_MS_MAX)),
            ),
            models.CheckConstraint(name="scheduling_is_one", condition=models.Q(id=SETTINGS_ID)),
        ]

    def __str__(self) -> str:
        return self.policy


class FairShareTag(models.Model):
    """How far a queue has come in its fair share of the tasks of one priority.

    Attributes:
        finish_tag: The finish tag of the queue's last started task.
        virtual_time: The virtual time of the priority when that task started. The largest one of
            all queues is the present one.
    """

    queue = models.CharField(max_length=63)
    priority = models.SmallIntegerField()
    finish_tag = models.DecimalField(max_digits=40, decimal_places=0)
    virtual_time = models.DecimalField(max_digits=40, decimal_places=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["queue", "priority"], name="fair_share_tag_once"),
        ]

    def __str__(self) -> str:
        return f"{self.queue} {self.priority}: {self.finish_tag}"
