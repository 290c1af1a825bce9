"""A rule that makes a task run again and again."""

from django.db import models
from django.db.models import Q
from django_celery_beat.models import IntervalSchedule, PeriodicTask

from tasks_app.models.base import BaseModel

INTERVAL_MAX_SECONDS = 10 * 366 * 24 * 3600


class TaskSchedule(BaseModel):
    """Ticks at ``scheduled_at + k * interval``, on this grid and nowhere else."""

    class Overlap(models.TextChoices):
        SKIP = "SKIP", "Skip a tick that comes while the last run is not finished"
        QUEUE_ONE = "QUEUE_ONE", "Keep one such tick and run it afterwards"

    interval_schedule = models.ForeignKey(IntervalSchedule, models.PROTECT, related_name="+")
    periodic_task = models.OneToOneField(PeriodicTask, models.PROTECT, related_name="task_schedule")
    scheduled_at = models.DateTimeField(help_text="The first tick.")
    interval = models.IntegerField(help_text="Seconds from tick to tick.")
    next_run_at = models.DateTimeField(null=True, blank=True)

    paused_at = models.DateTimeField(null=True, blank=True)
    pause_note = models.TextField(blank=True, default="")
    overlap = models.CharField(max_length=9, choices=Overlap.choices, default=Overlap.SKIP)
    misfire_grace = models.IntegerField(
        default=300, help_text="Seconds after which a missed tick is recorded and not made up for."
    )
    ends_at = models.DateTimeField(null=True, blank=True)
    max_runs = models.IntegerField(null=True, blank=True)
    jitter = models.IntegerField(default=0, help_text="Up to this many seconds later, at random.")

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(
                fields=["next_run_at"],
                name="schedule_due",
                condition=Q(paused_at__isnull=True, next_run_at__isnull=False),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="schedule_interval", condition=Q(interval__range=(1, INTERVAL_MAX_SECONDS))
            ),
            models.CheckConstraint(
                name="schedule_overlap", condition=Q(overlap__in=["SKIP", "QUEUE_ONE"])
            ),
            models.CheckConstraint(
                name="schedule_limits",
                condition=Q(misfire_grace__gte=0, jitter__gte=0)
                & (Q(max_runs__isnull=True) | Q(max_runs__gte=1)),
            ),
        ]

    def __str__(self) -> str:
        return f"every {self.interval} s from {self.scheduled_at:%Y-%m-%d %H:%M:%S}"
