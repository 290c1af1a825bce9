"""The outcomes of the scheduled times of schedules."""

from django.db import models
from django.db.models import Q

from tasks_app.models.base import BaseModel
from tasks_app.models.schedules.schedule import TaskSchedule
from tasks_app.models.task import Task
from tasks_app.recurrence import TickOutcome, TickReason


class ScheduleTick(BaseModel):
    """The outcome of a scheduled time, or of `count` consecutive ones of which this is the last."""

    TickOutcome = TickOutcome
    TickReason = TickReason

    schedule = models.ForeignKey(TaskSchedule, models.CASCADE, related_name="ticks", db_index=False)
    nominal_at = models.DateTimeField(help_text="The scheduled time, or the time of the trigger.")
    outcome = models.CharField(max_length=7, choices=TickOutcome.choices)
    reason = models.CharField(max_length=9, choices=TickReason.choices, blank=True, default="")
    count = models.IntegerField(default=1)
    run = models.IntegerField(null=True, blank=True, help_text="Number of the run that it started.")
    task = models.ForeignKey(
        Task,
        models.DO_NOTHING,
        null=True,
        blank=True,
        related_name="ticks",
        db_constraint=False,
        db_index=False,
        help_text="The task that it created. Null if it started a run of the schedule's own task.",
    )
    fired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-nominal_at"]
        indexes = [
            models.Index(fields=["created_at"], condition=Q(outcome="MISSED"), name="tick_missed"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["schedule", "nominal_at"], name="tick_once"),
            models.UniqueConstraint(
                fields=["task"], name="tick_task", condition=Q(task__isnull=False)
            ),
            models.CheckConstraint(
                name="tick_outcome",
                condition=Q(outcome="FIRED", run__isnull=False, fired_at__isnull=False, count=1)
                | Q(
                    outcome__in=["SKIPPED", "MISSED"],
                    run__isnull=True,
                    task__isnull=True,
                    fired_at__isnull=True,
                    count__gte=1,
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.nominal_at:%Y-%m-%d %H:%M:%S} {self.outcome}"
