"""A rule that makes a task run again and again, and its history."""

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
    TickOutcome,
    TickReason,
    runs_left,
)

# The Celery task that our PeriodicTasks name. Our own Beat never sends it.
TICK = "tasks_app.tick"

_BEAT_ROWS_LOCK = 0x7461736B
_RULES = ("scheduled_at", "interval", "overlap", "misfire_grace", "ends_at", "max_runs", "jitter")


class TaskSchedule(BaseModel):
    """Ticks at ``scheduled_at + k * interval``, on this grid and nowhere else.

    `IntervalSchedule` and `PeriodicTask` mirror it for django-celery-beat's admin. Beat itself goes
    by `next_run_at`; a schedule without these three is not known to Beat.
    """

    Overlap = Overlap

    interval_schedule = models.ForeignKey(
        IntervalSchedule, models.PROTECT, null=True, blank=True, related_name="+"
    )
    periodic_task = models.OneToOneField(
        PeriodicTask, models.PROTECT, null=True, blank=True, related_name="task_schedule"
    )
    scheduled_at = models.DateTimeField(help_text="The first tick.")
    interval = models.IntegerField(help_text="Seconds from tick to tick.")

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
        return f"every {self.interval} s from {self.scheduled_at:%Y-%m-%d %H:%M:%S}"

    @property
    def grid(self) -> Recurrence:
        return Recurrence(self.scheduled_at, self.interval)

    @property
    def task(self) -> Task:
        """What it runs. A prefetch of `tasks`, of which there is one, serves this too."""
        [task] = self.tasks.all()
        return task

    def upcoming(self, count: int) -> list[datetime]:
        """The next ticks that will fire if nothing comes between; none while it is paused."""
        return self.grid.upcoming(
            None if self.paused_at else self.next_run_at,
            count,
            ends_at=self.ends_at,
            runs_left=runs_left(self.max_runs, self.fired, self.queued_at),
        )

    @transaction.atomic
    def schedule_celery_beat_task(self) -> None:
        """Have Beat tick it from now on, and save it."""
        self.interval_schedule = _interval_schedule(self.interval)
        self.periodic_task = PeriodicTask(name=f"TaskSchedule {self.pk}", **self._beat_fields())
        self.next_run_at = self.grid.first_after(database_now())
        _save_quietly(self.periodic_task)
        self.save()

    @transaction.atomic
    def update_celery_beat_task(self) -> None:
        """Have Beat follow the rules that were changed here, and save them."""
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
        """Have Beat forget it, and save that; its history stays."""
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
            "description": "A task schedule. What is changed here has no effect.",
            "task": TICK,
            "kwargs": json.dumps({"schedule_id": str(self.pk)}),
            "interval": self.interval_schedule,
            "start_time": self.scheduled_at,
            "enabled": self.paused_at is None,
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


def _interval_schedule(seconds: int) -> IntervalSchedule:
    """One that says this. They are shared: none is ever changed."""
    _lock_beat_rows()
    says = {"every": seconds, "period": IntervalSchedule.SECONDS}
    known = IntervalSchedule.objects.filter(**says).order_by("pk").first()
    # In bulk there are no signals: see _save_quietly.
    return known or IntervalSchedule.objects.bulk_create([IntervalSchedule(**says)])[0]


def _delete_if_unused(interval_schedule_id: int | None) -> None:
    """Its deletion would take each PeriodicTask along that uses it."""
    with connection.cursor() as cursor:
        # Whoever is about to use it in the admin waits, or is waited for.
        cursor.execute(
            "SELECT FROM django_celery_beat_intervalschedule WHERE id = %s FOR UPDATE",
            [interval_schedule_id],
        )
        cursor.execute(
            """
            DELETE FROM django_celery_beat_intervalschedule i
             WHERE id = %s AND NOT EXISTS (
                   SELECT FROM django_celery_beat_periodictask WHERE interval_id = i.id)
               AND NOT EXISTS (
                   SELECT FROM tasks_app_taskschedule WHERE interval_schedule_id = i.id)
            """,
            [interval_schedule_id],
        )


def _lock_beat_rows() -> None:
    """Until the transaction ends: nobody adds or removes an interval that we are looking for."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_BEAT_ROWS_LOCK])


def _save_quietly(periodic_task: PeriodicTask) -> None:
    """Beat need not reload, and nobody waits for the one row in which reloads are asked for."""
    periodic_task.no_changes = True
    periodic_task.save()
