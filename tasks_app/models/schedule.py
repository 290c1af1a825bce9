"""A rule that makes a task run again and again, and its history."""

import json
from datetime import datetime
from typing import Any

from django.db import models, transaction
from django.db.models import F, Q
from django_celery_beat.models import IntervalSchedule, PeriodicTask

from tasks_app.models import beat_rows
from tasks_app.models.base import BaseModel, database_now
from tasks_app.models.task import Task
from tasks_app.options import range_of
from tasks_app.recurrence import (
    EARLIEST,
    EXPRESSION_MAX_LENGTH,
    LATEST,
    OnFold,
    OnGap,
    Overlap,
    Recurrence,
    TickOutcome,
    TickReason,
    recurrence_of,
    runs_left,
    upcoming,
)

# The Celery task that our PeriodicTasks name. Our own Beat never sends it.
TICK = "tasks_app.tick"

_RULES = (
    *("scheduled_at", "interval", "cron", "time_zone", "on_gap", "on_fold"),
    *("overlap", "misfire_grace", "ends_at", "max_runs", "jitter"),
)


class TaskSchedule(BaseModel):
    """Ticks every `interval` seconds, by a `cron` expression, or, with neither, once.

    A PeriodicTask with its interval, crontab or clocked row mirrors it for django-celery-beat's
    admin. Beat itself goes by `next_run_at`; a schedule without both is not known to Beat.
    """

    Overlap = Overlap

    interval_schedule = models.ForeignKey(
        IntervalSchedule, models.PROTECT, null=True, blank=True, related_name="+"
    )
    periodic_task = models.OneToOneField(
        PeriodicTask, models.PROTECT, null=True, blank=True, related_name="task_schedule"
    )
    scheduled_at = models.DateTimeField(
        help_text="The first tick of an interval, the only one of once, or the start of a cron."
    )
    interval = models.IntegerField(null=True, blank=True, help_text="Seconds from tick to tick.")
    cron = models.CharField(
        max_length=EXPRESSION_MAX_LENGTH,
        blank=True,
        default="",
        db_default="",
        help_text="Minute, hour, day of month, month and day of week.",
    )
    time_zone = models.CharField(
        max_length=64, default="UTC", db_default="UTC", help_text="The time zone of the cron."
    )
    on_gap = models.CharField(
        max_length=9, choices=OnGap.choices, default=OnGap.RUN_AFTER, db_default=OnGap.RUN_AFTER
    )
    on_fold = models.CharField(
        max_length=5, choices=OnFold.choices, default=OnFold.FIRST, db_default=OnFold.FIRST
    )

    paused_at = models.DateTimeField(null=True, blank=True)
    pause_note = models.TextField(blank=True, default="")
    overlap = models.CharField(max_length=9, choices=Overlap.choices, default=Overlap.SKIP)
    misfire_grace = models.IntegerField(
        default=300, help_text="Seconds after which a missed tick is recorded and not made up for."
    )
    ends_at = models.DateTimeField(null=True, blank=True, help_text="No tick after this time.")
    max_runs = models.IntegerField(null=True, blank=True)
    jitter = models.IntegerField(default=0, help_text="Up to this many seconds later, at random.")
    idempotency_key = models.CharField(max_length=255, blank=True, default="")
    request_digest = models.CharField(
        max_length=64, blank=True, default="", help_text="Of what the idempotency key came with."
    )

    # Where it stands.
    next_run_at = models.DateTimeField(
        null=True, blank=True, help_text="The next tick to be decided on; none when it is over."
    )
    queued_at = models.DateTimeField(
        null=True,
        blank=True,
        help_text="The tick that is kept until the task has finished.",
    )
    fired = models.IntegerField(default=0, help_text="Ticks so far that started a run.")
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
                name="schedule_overlap", condition=Q(overlap__in=["SKIP", "QUEUE_ONE"])
            ),
            models.CheckConstraint(
                name="schedule_limits",
                condition=Q(misfire_grace__gte=0, jitter__gte=0, jitter__lt=F("interval"))
                & (Q(max_runs__isnull=True) | Q(max_runs__gte=1)),
            ),
            # One row that Python cannot read would hold up all that are due with it.
            models.CheckConstraint(
                name="schedule_times",
                condition=Q(scheduled_at__range=(EARLIEST, LATEST))
                & (Q(next_run_at__isnull=True) | Q(next_run_at__gte=F("scheduled_at")))
                & (Q(ends_at__isnull=True) | Q(ends_at__range=(EARLIEST, LATEST))),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.recurrence.describe()} from {self.scheduled_at:%Y-%m-%d %H:%M:%S}"

    @property
    def recurrence(self) -> Recurrence:
        """The scheduled times, without the limits."""
        return recurrence_of(self)

    @property
    def at(self) -> datetime | None:
        """The time of a schedule that runs once; None for others."""
        return self.scheduled_at if self.interval is None and not self.cron else None

    @property
    def task(self) -> Task:
        """What it runs. A prefetch of `tasks`, of which there is one, serves this too."""
        [task] = self.tasks.all()
        return task

    def upcoming(self, count: int) -> list[datetime]:
        """The next ticks that will fire if nothing comes between; none while it is paused."""
        return upcoming(
            self.recurrence,
            None if self.paused_at else self.next_run_at,
            count,
            ends_at=self.ends_at,
            runs_left=runs_left(self.max_runs, self.fired, self.queued_at),
        )

    @transaction.atomic
    def schedule_celery_beat_task(self) -> None:
        """Have Beat tick it from now on, and save it."""
        fields = self._beat_fields()
        self.periodic_task = PeriodicTask(name=f"TaskSchedule {self.pk}", **fields)
        self.interval_schedule = fields["interval"]
        self.next_run_at = self.recurrence.first_after(database_now())
        beat_rows.save_quietly(self.periodic_task)
        self.save()

    @transaction.atomic
    def update_celery_beat_task(self) -> None:
        """Have Beat follow the rules that were changed here, and save them."""
        if self.periodic_task is None:
            self.schedule_celery_beat_task()
            return
        stored = TaskSchedule.objects.select_for_update().get(pk=self.pk)
        if stored.next_run_at is None or stored.recurrence != self.recurrence:
            self.next_run_at = self.recurrence.first_after(database_now())
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
        """Have Beat forget it, and save that; its history stays."""
        periodic_task = self.periodic_task
        self.periodic_task = self.interval_schedule = self.next_run_at = None
        self._save_changed("periodic_task", "interval_schedule", "next_run_at")
        if periodic_task is not None:
            used_before = beat_rows.used_by(periodic_task)
            periodic_task.no_changes = True
            periodic_task.delete()
            beat_rows.lock()
            beat_rows.delete_if_unused(*used_before)

    def _beat_fields(self) -> dict[str, Any]:
        return {
            "description": "A task schedule. What is changed here has no effect.",
            "task": TICK,
            "kwargs": json.dumps({"schedule_id": str(self.pk)}),
            "start_time": self.scheduled_at,
            "enabled": self.paused_at is None,
            **beat_rows.fields_for(self.recurrence),
        }


class ScheduleTick(BaseModel):
    """What became of a tick, or alike of `count` ticks of which this was the last."""

    TickOutcome = TickOutcome
    TickReason = TickReason

    schedule = models.ForeignKey(TaskSchedule, models.CASCADE, related_name="ticks", db_index=False)
    nominal_at = models.DateTimeField(help_text="Its time on the grid; if triggered, that time.")
    outcome = models.CharField(max_length=7, choices=TickOutcome.choices)
    reason = models.CharField(max_length=9, choices=TickReason.choices, blank=True, default="")
    count = models.IntegerField(default=1)
    run = models.IntegerField(null=True, blank=True, help_text="The run of the task it started.")
    fired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-nominal_at"]
        indexes = [
            models.Index(fields=["created_at"], condition=Q(outcome="MISSED"), name="tick_missed"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["schedule", "nominal_at"], name="tick_once"),
            models.CheckConstraint(
                name="tick_outcome",
                condition=Q(outcome="FIRED", run__isnull=False, fired_at__isnull=False, count=1)
                | Q(
                    outcome__in=["SKIPPED", "MISSED"],
                    run__isnull=True,
                    fired_at__isnull=True,
                    count__gte=1,
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.nominal_at:%Y-%m-%d %H:%M:%S} {self.outcome}"
