"""The schedules that run tasks repeatedly, and their rows in django-celery-beat."""

import json
from datetime import datetime

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models, transaction
from django.db.models import F, Q
from django_celery_beat.models import IntervalSchedule, PeriodicTask

from tasks_app.models.base import BaseModel, database_now
from tasks_app.models.schedules import beat_rows
from tasks_app.models.schedules.calendar import Calendar
from tasks_app.models.task import Task
from tasks_app.options import default_of, range_of
from tasks_app.recurrence import (
    EARLIEST,
    EXPRESSION_MAX_LENGTH,
    LATEST,
    CatchUp,
    OnFold,
    OnGap,
    Overlap,
    Recurrence,
    recurrence_of,
    runs_left,
    upcoming,
)

# The Celery task in the PeriodicTask of each schedule. Our scheduler never sends it; the stock
# scheduler of django-celery-beat does.
TICK = "tasks_app.tick"

_RULES = (
    *("scheduled_at", "interval", "cron", "time_zone", "on_gap", "on_fold"),
    *("overlap", "max_concurrent_runs", "catch_up", "misfire_grace", "ends_at", "max_runs"),
    *("jitter", "calendars", "labels"),
)


class TaskSchedule(BaseModel):
    """A schedule: runs its task at the times of its recurrence.

    The recurrence is an `interval`, a `cron` expression or, with neither, the one time
    `scheduled_at`. `periodic_task` shows it in django-celery-beat's admin. The scheduler uses
    `next_run_at`; it ignores a schedule without both.
    """

    CatchUp = CatchUp
    Overlap = Overlap

    interval_schedule = models.ForeignKey(
        IntervalSchedule, models.PROTECT, null=True, blank=True, related_name="+"
    )
    periodic_task = models.OneToOneField(
        PeriodicTask, models.PROTECT, null=True, blank=True, related_name="task_schedule"
    )
    scheduled_at = models.DateTimeField(
        help_text="The first scheduled time, the only one, or the start of a cron schedule."
    )
    interval = models.IntegerField(
        null=True, blank=True, help_text="Seconds between scheduled times."
    )
    cron = models.CharField(
        max_length=EXPRESSION_MAX_LENGTH,
        blank=True,
        default="",
        db_default="",
        help_text="Minute, hour, day of month, month and day of week.",
    )
    time_zone = models.CharField(
        max_length=64,
        default="UTC",
        db_default="UTC",
        help_text="The time zone of the cron expression.",
    )
    on_gap = models.CharField(
        max_length=9, choices=OnGap.choices, default=OnGap.RUN_AFTER, db_default=OnGap.RUN_AFTER
    )
    on_fold = models.CharField(
        max_length=5, choices=OnFold.choices, default=OnFold.FIRST, db_default=OnFold.FIRST
    )

    calendars = ArrayField(
        models.CharField(max_length=63),
        blank=True,
        db_default=[],
        default=list,
        help_text="Names of the calendars whose times start no runs.",
    )
    labels = ArrayField(models.CharField(max_length=63), blank=True, db_default=[], default=list)

    paused_at = models.DateTimeField(null=True, blank=True)
    pause_note = models.TextField(blank=True, default="")
    overlap = models.CharField(max_length=14, choices=Overlap.choices, default=Overlap.SKIP)
    max_concurrent_runs = models.SmallIntegerField(
        default=default_of("max_concurrent_runs"),
        help_text="Number of runs that may be active, with the overlap policy ALLOW.",
    )
    catch_up = models.CharField(
        max_length=6, choices=CatchUp.choices, default=CatchUp.LATEST, db_default=CatchUp.LATEST
    )
    misfire_grace = models.IntegerField(
        default=300, help_text="How many seconds late a scheduled time may still start a run."
    )
    ends_at = models.DateTimeField(
        null=True, blank=True, help_text="No run starts after this time."
    )
    max_runs = models.IntegerField(null=True, blank=True)
    jitter = models.IntegerField(default=0, help_text="Maximum random delay of a run in seconds.")
    idempotency_key = models.CharField(max_length=255, blank=True, default="")
    request_digest = models.CharField(
        max_length=64,
        blank=True,
        default="",
        help_text="Digest of the request that used the idempotency key.",
    )

    # The current state.
    next_run_at = models.DateTimeField(
        null=True,
        blank=True,
        help_text="The next scheduled time. Null when the schedule has ended.",
    )
    queued_at = models.DateTimeField(
        null=True,
        blank=True,
        help_text="A scheduled time that runs as soon as the task has finished.",
    )
    fired = models.IntegerField(
        default=0, help_text="Number of scheduled times that started a run."
    )
    skipped = models.IntegerField(default=0)
    missed = models.IntegerField(default=0)

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(
                fields=["next_run_at"],
                name="schedule_due",
                condition=Q(paused_at__isnull=True, next_run_at__isnull=False),
            ),
            models.Index(
                fields=["queued_at"], name="schedule_queued", condition=Q(queued_at__isnull=False)
            ),
            GinIndex(fields=["labels"], name="schedule_labels"),
            GinIndex(fields=["calendars"], name="schedule_calendars"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["idempotency_key"],
                name="schedule_idempotency_key",
                condition=~Q(idempotency_key=""),
            ),
            models.CheckConstraint(
                name="schedule_interval", condition=Q(interval__range=range_of("interval"))
            ),
            models.CheckConstraint(
                name="schedule_recurrence",
                condition=(Q(interval__isnull=True) | Q(cron=""))
                & Q(on_gap__in=["RUN_AFTER", "SKIP"], on_fold__in=["FIRST", "BOTH"]),
            ),
            models.CheckConstraint(
                name="schedule_overlap",
                condition=Q(
                    overlap__in=["SKIP", "QUEUE_ONE", "CANCEL_RUNNING", "ALLOW"],
                    max_concurrent_runs__range=range_of("max_concurrent_runs"),
                ),
            ),
            models.CheckConstraint(
                name="schedule_catch_up", condition=Q(catch_up__in=["LATEST", "ALL", "NONE"])
            ),
            models.CheckConstraint(
                name="schedule_limits",
                condition=Q(misfire_grace__gte=0, jitter__gte=0, jitter__lt=F("interval"))
                & (Q(max_runs__isnull=True) | Q(max_runs__gte=1)),
            ),
            # A row whose times Python cannot read would block all schedules that are due with it.
            models.CheckConstraint(
                name="schedule_times",
                condition=Q(scheduled_at__range=(EARLIEST, LATEST))
                & (Q(next_run_at__isnull=True) | Q(next_run_at__gte=F("scheduled_at")))
                & (Q(ends_at__isnull=True) | Q(ends_at__range=(EARLIEST, LATEST))),
            ),
        ]

    def __str__(self) -> str:
        return f"{recurrence_of(self).describe()} from {self.scheduled_at:%Y-%m-%d %H:%M:%S}"

    @property
    def recurrence(self) -> Recurrence:
        """The scheduled times, without the limits. Reads the calendars, if it has any."""
        calendars = Calendar.objects.filter(name__in=self.calendars) if self.calendars else ()
        return recurrence_of(self, [calendar.excluded for calendar in calendars])

    @property
    def at(self) -> datetime | None:
        """The time of a schedule that runs once; None for others."""
        return self.scheduled_at if self.interval is None and not self.cron else None

    @property
    def task(self) -> Task:
        """The task that the schedule runs again and again. A prefetch of `tasks` serves it too."""
        [task] = self.tasks.all()
        return task

    @property
    def next_start(self) -> datetime | None:
        """The next scheduled time that may start a run; None if it is paused or has ended."""
        is_over = self.paused_at is not None or self._runs_left == 0
        if is_over or self.next_run_at is None:
            return None
        return self.next_run_at if self.next_run_at <= min(self.ends_at or LATEST, LATEST) else None

    def upcoming(self, count: int) -> list[datetime]:
        """Return the next scheduled times, at most `count`; none while the schedule is paused."""
        first = self.next_start
        if first is None:
            return []
        return upcoming(
            self.recurrence, first, count, ends_at=self.ends_at, runs_left=self._runs_left
        )

    @property
    def _runs_left(self) -> int | None:
        return runs_left(self.max_runs, self.fired, self.queued_at)

    @transaction.atomic
    def schedule_celery_beat_task(self) -> None:
        """Create the rows in django-celery-beat and save the schedule. Opens a transaction."""
        fields = self._beat_fields()
        self.periodic_task = PeriodicTask(name=f"TaskSchedule {self.pk}", **fields)
        self.interval_schedule = fields["interval"]
        self.next_run_at = self.recurrence.first_after(database_now())
        beat_rows.save_quietly(self.periodic_task)
        self.save()

    @transaction.atomic
    def update_celery_beat_task(self) -> None:
        """Update the rows in django-celery-beat and save the schedule. Opens a transaction."""
        if self.periodic_task is None:
            self.schedule_celery_beat_task()
            return
        stored = TaskSchedule.objects.select_for_update().get(pk=self.pk)
        recurrence = self.recurrence
        if stored.next_run_at is None or stored.recurrence != recurrence:
            self.next_run_at = recurrence.first_after(database_now())
        else:
            self.next_run_at = stored.next_run_at
        used_before = beat_rows.used_by(self.periodic_task)
        fields = self._beat_fields()
        for name, value in fields.items():
            setattr(self.periodic_task, name, value)
        beat_rows.save_quietly(self.periodic_task)
        self.interval_schedule = fields["interval"]
        self._save_changed("interval_schedule", "next_run_at", *_RULES)
        if used_before != beat_rows.used_by(self.periodic_task):
            beat_rows.delete_if_unused(*used_before)

    @transaction.atomic
    def delete_celery_beat_task(self) -> None:
        """Delete the rows in django-celery-beat and save the schedule. Opens a transaction.

        The history stays.
        """
        periodic_task = self.periodic_task
        self.periodic_task = self.interval_schedule = self.next_run_at = None
        self._save_changed("periodic_task", "interval_schedule", "next_run_at")
        if periodic_task is not None:
            used_before = beat_rows.used_by(periodic_task)
            periodic_task.no_changes = True
            periodic_task.delete()
            beat_rows.lock()
            beat_rows.delete_if_unused(*used_before)

    def _beat_fields(self) -> dict[str, object]:
        return {
            "description": "A task schedule. Changes made here have no effect.",
            "task": TICK,
            "kwargs": json.dumps({"schedule_id": str(self.pk)}),
            "start_time": self.scheduled_at,
            "enabled": self.paused_at is None,
            **beat_rows.fields_for(recurrence_of(self)),
        }
