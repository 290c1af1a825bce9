"""Backfills: the scheduled times of a past range of a schedule, each run as a task of its own."""

from django.db import models
from django.db.models import Q

from tasks_app.models.base import BaseModel
from tasks_app.models.schedules.schedule import TaskSchedule
from tasks_app.models.task import Task
from tasks_app.options import CONCURRENCY_KEY_MAX_LENGTH, range_of


class Backfill(BaseModel):
    """A backfill. Beat creates its tasks, at most `max_concurrency` of which are active."""

    class State(models.TextChoices):
        RUNNING = "RUNNING"
        PAUSED = "PAUSED"
        DONE = "DONE"
        CANCELLED = "CANCELLED"

    class Order(models.TextChoices):
        OLDEST_FIRST = "OLDEST_FIRST"
        NEWEST_FIRST = "NEWEST_FIRST"

    schedule = models.ForeignKey(
        TaskSchedule, models.SET_NULL, null=True, blank=True, related_name="backfills"
    )
    since = models.DateTimeField(help_text="The first time of the range.")
    until = models.DateTimeField(help_text="The last time of the range.")
    order = models.CharField(max_length=12, choices=Order.choices)
    max_concurrency = models.SmallIntegerField(help_text="Number of tasks that may be active.")
    total = models.IntegerField(help_text="Number of scheduled times in the range.")
    created_by = models.CharField(max_length=150, blank=True, default="")
    idempotency_key = models.CharField(max_length=255, blank=True, default="")

    # The parameters of its tasks, as the schedule's task had them when the backfill was created.
    a = models.BigIntegerField()
    b = models.BigIntegerField()
    queue = models.CharField(max_length=63)
    priority = models.SmallIntegerField()
    duration_ms = models.IntegerField()
    slots = models.SmallIntegerField()
    max_attempts = models.SmallIntegerField()
    fail_attempts = models.SmallIntegerField()
    retry_backoff_ms = models.IntegerField()
    concurrency_key = models.CharField(max_length=CONCURRENCY_KEY_MAX_LENGTH, blank=True)
    concurrency_limit = models.SmallIntegerField()

    # The current state.
    state = models.CharField(max_length=9, choices=State.choices, default=State.RUNNING)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["id"], name="backfill_open", condition=Q(ended_at__isnull=True)),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["idempotency_key"],
                name="backfill_idempotency_key",
                condition=~Q(idempotency_key=""),
            ),
            models.CheckConstraint(
                name="backfill_ended",
                condition=Q(state__in=["RUNNING", "PAUSED"], ended_at__isnull=True)
                | Q(state__in=["DONE", "CANCELLED"], ended_at__isnull=False),
            ),
            models.CheckConstraint(
                name="backfill_limits",
                condition=Q(max_concurrency__range=range_of("max_concurrency"), total__gte=1),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.total} from {self.since:%Y-%m-%d %H:%M:%S} ({self.state})"


class BackfillRun(BaseModel):
    """A scheduled time of a backfill. The IDs sort in the order in which they run.

    `stage` is what Beat last saw. Its task knows more: it may have ended since, and a client can
    retry a task that failed. A task that succeeded stays so.
    """

    class Stage(models.TextChoices):
        WAITING = "WAITING", "It has no task yet"
        ACTIVE = "ACTIVE", "Its task has not ended"
        SUCCEEDED = "SUCCEEDED", "Its task succeeded"
        ENDED = "ENDED", "Its task failed or was cancelled"

    class State(models.TextChoices):
        WAITING = "WAITING"
        ACTIVE = "ACTIVE"
        SUCCEEDED = "SUCCEEDED"
        FAILED = "FAILED"
        CANCELLED = "CANCELLED"

    backfill = models.ForeignKey(Backfill, models.CASCADE, related_name="runs", db_index=False)
    scheduled_for = models.DateTimeField(help_text="The scheduled time.")
    task = models.OneToOneField(
        Task, models.PROTECT, null=True, blank=True, related_name="backfill_run"
    )
    stage = models.CharField(max_length=9, choices=Stage.choices, db_default=Stage.WAITING)

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(fields=["backfill", "id"], name="backfill_run_order"),
            models.Index(
                fields=["backfill", "id"], name="backfill_run_waiting", condition=Q(stage="WAITING")
            ),
            models.Index(
                fields=["backfill"], name="backfill_run_active", condition=Q(stage="ACTIVE")
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["backfill", "scheduled_for"], name="backfill_run_once"),
            models.CheckConstraint(
                name="backfill_run_stage",
                condition=Q(stage="WAITING", task__isnull=True)
                | Q(stage__in=["ACTIVE", "SUCCEEDED", "ENDED"], task__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.scheduled_for:%Y-%m-%d %H:%M:%S} ({self.stage})"

    @property
    def state(self) -> State:
        """The state of its task, or whether it waits for one. Reads task and backfill."""
        if self.task is None:
            is_cancelled = self.backfill.state == Backfill.State.CANCELLED
            return self.State.CANCELLED if is_cancelled else self.State.WAITING
        return _STATES[Task.Status(self.task.status)]


_STATES = {
    Task.Status.PENDING: BackfillRun.State.ACTIVE,
    Task.Status.RUNNING: BackfillRun.State.ACTIVE,
    Task.Status.SUCCESS: BackfillRun.State.SUCCEEDED,
    Task.Status.FAILED: BackfillRun.State.FAILED,
    Task.Status.CANCELLED: BackfillRun.State.CANCELLED,
}
