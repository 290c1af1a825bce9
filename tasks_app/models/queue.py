"""The queues of tasks."""

from django.core.validators import RegexValidator
from django.db import models

from tasks_app.models.base import BaseModel

# Weights are exact in thousandths.
WEIGHT_MIN, WEIGHT_MAX = 0.001, 1000.0


class Queue(BaseModel):
    """A named queue of tasks."""

    name = models.CharField(
        max_length=63,
        unique=True,
        validators=[
            RegexValidator(
                r"\A[a-z0-9][a-z0-9_.-]*\Z",
                "Lower-case letters, digits, dots, dashes and underscores only.",
            )
        ],
    )
    paused_at = models.DateTimeField(null=True, blank=True)
    paused_by = models.CharField(max_length=150, blank=True, default="")
    pause_note = models.TextField(blank=True, default="")
    running_limit = models.IntegerField(
        null=True,
        blank=True,
        help_text="Maximum number of its tasks that run at once in the cluster. Null: no limit.",
    )

    # A token bucket (see sql/start_rates.py). All are null without a start rate.
    start_count = models.IntegerField(
        null=True, blank=True, help_text="Number of its tasks that start in `start_per_seconds`."
    )
    start_per_seconds = models.IntegerField(null=True, blank=True)
    start_burst = models.IntegerField(
        null=True, blank=True, help_text="Number of its tasks that may start at once after a pause."
    )
    next_start_at = models.DateTimeField(
        null=True, blank=True, help_text="Time from which its start rate lets a task start."
    )
    weight = models.FloatField(
        default=1.0,
        db_default=1.0,
        help_text="Its part of the slots, relative to other queues, in the policy `fair-share`.",
    )

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                name="queue_weight", condition=models.Q(weight__range=(WEIGHT_MIN, WEIGHT_MAX))
            ),
            models.CheckConstraint(
                name="queue_running_limit",
                condition=models.Q(running_limit__isnull=True) | models.Q(running_limit__gte=1),
            ),
            models.CheckConstraint(
                name="queue_start_rate",
                condition=models.Q(
                    start_count__isnull=True,
                    start_per_seconds__isnull=True,
                    start_burst__isnull=True,
                    next_start_at__isnull=True,
                )
                | models.Q(
                    start_count__gte=1,
                    start_per_seconds__gte=1,
                    start_burst__gte=1,
                    next_start_at__isnull=False,
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.name
