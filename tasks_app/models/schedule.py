"""The schedules that run tasks repeatedly, and their rows in django-celery-beat."""

import json
from datetime import datetime

from django.db import connection, models, transaction
from django.db.models import F, Q
from django_celery_beat.models import IntervalSchedule, PeriodicTask

from tasks_app.models.base import BaseModel, database_now
from tasks_app.models.task import Task
from tasks_app.options import range_of
from tasks_app.recurrence import (
    EARLIEST,
    LATEST,
    Overlap,
    Recurrence,
    runs_left,
)

# The Celery task in the PeriodicTask of each schedule. Our scheduler never sends it; the stock
# scheduler of django-celery-beat does.
TICK = "tasks_app.tick"

_BEAT_ROWS_LOCK = 0x7461736B
_RULES = ("scheduled_at", "interval", "overlap", "misfire_grace", "ends_at", "max_runs", "jitter")


class TaskSchedule(BaseModel):
    """A schedule: runs its task at the times ``scheduled_at + k * interval``.

    `interval_schedule` and `periodic_task` show it in django-celery-beat's admin. The scheduler
    uses `next_run_at` only; it ignores a schedule without these three.
    """

    Overlap = Overlap

    interval_schedule = models.ForeignKey(
        IntervalSchedule, models.PROTECT, null=True, blank=True, related_name="+"
    )
    periodic_task = models.OneToOneField(
        PeriodicTask, models.PROTECT, null=True, blank=True, related_name="task_schedule"
    )
    scheduled_at = models.DateTimeField(help_text="The first scheduled time.")
    interval = models.IntegerField(help_text="Seconds between scheduled times.")

    paused_at = models.DateTimeField(null=True, blank=True)
    pause_note = models.TextField(blank=True, default="")
    overlap = models.CharField(max_length=9, choices=Overlap.choices, default=Overlap.SKIP)
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
                name="schedule_overlap", condition=Q(overlap__in=["SKIP", "QUEUE_ONE"])
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
        return f"every {self.interval} s from {self.scheduled_at:%Y-%m-%d %H:%M:%S}"

    @property
    def grid(self) -> Recurrence:
        """The scheduled times, without limits."""
        return Recurrence(self.scheduled_at, self.interval)

    @property
    def task(self) -> Task:
        """The task that the schedule runs. A prefetch of `tasks` serves it too."""
        [task] = self.tasks.all()
        return task

    def upcoming(self, count: int) -> list[datetime]:
        """Return the next scheduled times, at most `count`; none while the schedule is paused."""
        return self.grid.upcoming(
            None if self.paused_at else self.next_run_at,
            count,
            ends_at=self.ends_at,
            runs_left=runs_left(self.max_runs, self.fired, self.queued_at),
        )

    @transaction.atomic
    def schedule_celery_beat_task(self) -> None:
        """Create the rows in django-celery-beat and save the schedule. Opens a transaction."""
        self.interval_schedule = _interval_schedule(self.interval)
        self.periodic_task = PeriodicTask(name=f"TaskSchedule {self.pk}", **self._beat_fields())
        self.next_run_at = self.grid.first_after(database_now())
        _save_quietly(self.periodic_task)
        self.save()

    @transaction.atomic
    def update_celery_beat_task(self) -> None:
        """Update the rows in django-celery-beat and save the schedule. Opens a transaction."""
        if self.periodic_task is None:
            self.schedule_celery_beat_task()
            return
        stored = TaskSchedule.objects.select_for_update().get(pk=self.pk)
        self.interval_schedule = _interval_schedule(self.interval)
        if stored.next_run_at is None or stored.grid != self.grid:
            self.next_run_at = self.grid.first_after(database_now())
        else:
            self.next_run_at = stored.next_run_at
        for name, value in self._beat_fields().items():
            setattr(self.periodic_task, name, value)
        _save_quietly(self.periodic_task)
        self._save_changed("interval_schedule", "next_run_at", *_RULES)
        if stored.interval_schedule_id != self.interval_schedule_id:
            _delete_if_unused(stored.interval_schedule_id)

    @transaction.atomic
    def delete_celery_beat_task(self) -> None:
        """Delete the rows in django-celery-beat and save the schedule. Opens a transaction.

        The history stays.
        """
        periodic_task, interval_schedule_id = self.periodic_task, self.interval_schedule_id
        self.periodic_task = self.interval_schedule = self.next_run_at = None
        self._save_changed("periodic_task", "interval_schedule", "next_run_at")
        if periodic_task is not None:
            periodic_task.no_changes = True
            periodic_task.delete()
        _lock_beat_rows()
        _delete_if_unused(interval_schedule_id)

    def _beat_fields(self) -> dict[str, object]:
        return {
            "description": "A task schedule. Changes made here have no effect.",
            "task": TICK,
            "kwargs": json.dumps({"schedule_id": str(self.pk)}),
            "interval": self.interval_schedule,
            "start_time": self.scheduled_at,
            "enabled": self.paused_at is None,
        }


def _interval_schedule(seconds: int) -> IntervalSchedule:
    """Return the shared row for an interval. Rows are shared, so they are never changed."""
    _lock_beat_rows()
    values = {"every": seconds, "period": IntervalSchedule.SECONDS}
    known = IntervalSchedule.objects.filter(**values).order_by("pk").first()
    # In bulk there are no signals: see _save_quietly.
    return known or IntervalSchedule.objects.bulk_create([IntervalSchedule(**values)])[0]


# Locks a shared row.
_LOCK_INTERVAL = """
    SELECT FROM django_celery_beat_intervalschedule WHERE id = %(id)s FOR UPDATE
"""
# Deletes a shared row that nothing uses.
_DELETE_UNUSED_INTERVAL = """
    DELETE FROM django_celery_beat_intervalschedule i
     WHERE id = %(id)s
       AND NOT EXISTS (SELECT FROM django_celery_beat_periodictask WHERE interval_id = i.id)
       AND NOT EXISTS (SELECT FROM tasks_app_taskschedule WHERE interval_schedule_id = i.id)
"""


def _delete_if_unused(interval_schedule_id: int | None) -> None:
    """Delete a shared row that no schedule or PeriodicTask uses: a delete cascades to them."""
    with connection.cursor() as cursor:
        # The lock serializes this with an edit in the admin that is about to use the row.
        cursor.execute(_LOCK_INTERVAL, {"id": interval_schedule_id})
        cursor.execute(_DELETE_UNUSED_INTERVAL, {"id": interval_schedule_id})


def _lock_beat_rows() -> None:
    """Block other transactions that add or remove intervals until this one ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%(lock)s)", {"lock": _BEAT_ROWS_LOCK})


def _save_quietly(periodic_task: PeriodicTask) -> None:
    """Save without updating the row `PeriodicTasks`, which all saves would contend for.

    The scheduler needs no reload for our rows.
    """
    periodic_task.no_changes = True
    periodic_task.save()
