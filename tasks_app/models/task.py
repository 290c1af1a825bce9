"""The tasks."""

from uuid import UUID

from django.db import models, transaction
from django.db.models import ExpressionWrapper, F, Q
from django.db.models.functions import Now

from tasks_app.models.base import BaseModel
from tasks_app.models.event import CurrentTransactionId
from tasks_app.models.node import WorkerNode
from tasks_app.models.queue import Queue
from tasks_app.models.result import TaskResult
from tasks_app.options import CONCURRENCY_KEY_MAX_LENGTH, DEFAULT_QUEUE, range_of

# Matches tasks that a schedule runs.
IS_SCHEDULED = Q(schedule__isnull=False) | Q(overlap_of__isnull=False)


def is_run_of(schedule_id: UUID | str) -> Q:
    """Match the task of a schedule, and those of its overlapping runs and its backfills."""
    return Q(schedule=schedule_id) | Q(overlap_of=schedule_id) | Q(backfill_of=schedule_id)


class Task(BaseModel):
    """A unit of work that adds two integers: once, or once per scheduled time of its schedule.

    With the overlap policy ALLOW, a scheduled time that comes while the schedule's own task has
    not ended creates another task, which runs once: it has `overlap_of` instead of `schedule`.
    """

    class Status(models.TextChoices):
        PENDING = "PENDING"
        RUNNING = "RUNNING"
        SUCCESS = "SUCCESS"
        FAILED = "FAILED"
        CANCELLED = "CANCELLED"

    TERMINAL = (Status.SUCCESS, Status.FAILED, Status.CANCELLED)

    schedule = models.ForeignKey(
        "TaskSchedule", models.PROTECT, null=True, blank=True, related_name="tasks", db_index=False
    )
    # These foreign keys have no constraint in the database, as those to queue and node below. The
    # IDs stay here after the schedule is deleted.
    overlap_of = models.ForeignKey(
        "TaskSchedule",
        models.DO_NOTHING,
        null=True,
        blank=True,
        related_name="overlapping_tasks",
        db_constraint=False,
        db_index=False,
        help_text="The schedule that created the task, because its own task had not ended.",
    )
    backfill_of = models.ForeignKey(
        "TaskSchedule",
        models.DO_NOTHING,
        null=True,
        blank=True,
        related_name="+",
        db_constraint=False,
        db_index=False,
        help_text="The schedule whose backfill created the task.",
    )
    a = models.BigIntegerField()
    b = models.BigIntegerField()
    status = models.CharField(max_length=9, choices=Status.choices, db_default=Status.PENDING)
    failed_message = models.TextField(blank=True, db_default="")
    celery_task_id = models.CharField(
        max_length=255,
        blank=True,
        db_default="",
        help_text="ID of the Celery message that last claimed the task.",
    )

    # The parameters of the create request. They change only if the task's schedule is changed;
    # `run_at` of a schedule's task is the scheduled time of its latest run.
    # The foreign keys to queue and node have no constraint in the database: each inserted task
    # would lock the row that all tasks of its queue share. A queue that has tasks is not deleted:
    # see sql/queues.py. The ID of a node stays here after the node is deleted: to remove it would
    # rewrite its whole history.
    queue = models.ForeignKey(
        Queue,
        models.PROTECT,
        to_field="name",
        db_column="queue",
        db_constraint=False,
        db_index=False,
        db_default=DEFAULT_QUEUE,
    )
    priority = models.SmallIntegerField(
        db_default=5, help_text="0 to 9. Higher priorities start first."
    )
    run_at = models.DateTimeField(
        null=True, blank=True, help_text="The task does not start before this time."
    )
    expires_at = models.DateTimeField(
        null=True,
        blank=True,
        help_text="The task fails if its first run has not started by this time.",
    )
    duration_ms = models.IntegerField(
        db_default=0, help_text="Simulated duration of the work in milliseconds."
    )
    slots = models.SmallIntegerField(
        db_default=1, help_text="Number of slots of a node that it occupies while it runs."
    )
    max_attempts = models.SmallIntegerField(db_default=3)
    fail_attempts = models.SmallIntegerField(
        db_default=0, help_text="Number of attempts of each run that fail on purpose."
    )
    retry_backoff_ms = models.IntegerField(
        db_default=1_000,
        help_text="Delay before the second attempt in milliseconds. It doubles with each attempt.",
    )
    concurrency_key = models.CharField(
        max_length=CONCURRENCY_KEY_MAX_LENGTH,
        blank=True,
        db_default="",
        help_text="The tasks with the same key share a limit of how many run at once.",
    )
    concurrency_limit = models.SmallIntegerField(
        db_default=1, help_text="The task starts only while fewer tasks with its key run."
    )
    idempotency_key = models.CharField(max_length=255, blank=True, db_default="")

    # The current state.
    version = models.IntegerField(db_default=1, help_text="Number of the latest change.")
    xid = models.BigIntegerField(
        db_default=CurrentTransactionId(),
        help_text="ID of the transaction that last changed the row.",
    )
    run = models.IntegerField(
        db_default=1,
        help_text="Number of the current run. 0: waits for the first scheduled time.",
    )
    attempt = models.SmallIntegerField(
        db_default=0, help_text="Number of attempts of the current run."
    )
    node = models.ForeignKey(
        WorkerNode, models.DO_NOTHING, null=True, blank=True, db_constraint=False, db_index=False
    )
    # A task with a duration is claimed alone, so that work spreads over the slots. So is a task
    # whose previous attempt failed: if it kills its process, no other task is lost with it. And so
    # is one with a concurrency key: the tasks of a batch are all running.
    runs_alone = models.GeneratedField(
        expression=ExpressionWrapper(
            Q(duration_ms__gt=0) | Q(attempt__gt=0) | ~Q(concurrency_key=""),
            output_field=models.BooleanField(),
        ),
        output_field=models.BooleanField(),
        db_persist=True,
    )
    # Whether the task has a concurrency key.
    is_keyed = models.GeneratedField(
        expression=ExpressionWrapper(~Q(concurrency_key=""), output_field=models.BooleanField()),
        output_field=models.BooleanField(),
        db_persist=True,
    )
    lease_expires_at = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField(
        db_default=Now(), help_text="Time from which the current run can be claimed."
    )
    cancel_requested_at = models.DateTimeField(null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["status", "id"], name="task_status"),
            # In the order of the claim (see sql/claiming/claims.py).
            models.Index(
                fields=["queue", "slots", "runs_alone", "is_keyed", "-priority", "due_at", "id"],
                name="task_pending",
                condition=Q(status="PENDING", run__gt=0),
            ),
            # In the order of the policy `shortest-first`. Tasks without a duration need no index.
            models.Index(
                fields=["queue", "slots", "is_keyed", "duration_ms", "due_at", "id"],
                name="task_shortest",
                condition=Q(status="PENDING", run__gt=0, runs_alone=True),
            ),
            # In the same orders, by concurrency key (see sql/claiming/concurrency.py).
            models.Index(
                fields=[
                    *("queue", "slots", "concurrency_key", "concurrency_limit"),
                    *("-priority", "due_at", "id"),
                ],
                name="task_pending_key",
                condition=Q(status="PENDING", run__gt=0, is_keyed=True),
            ),
            models.Index(
                fields=[
                    *("queue", "slots", "concurrency_key", "concurrency_limit"),
                    *("duration_ms", "due_at", "id"),
                ],
                name="task_shortest_key",
                condition=Q(status="PENDING", run__gt=0, is_keyed=True),
            ),
            models.Index(
                fields=["concurrency_key"],
                name="task_running_key",
                condition=Q(status="RUNNING", is_keyed=True),
            ),
            models.Index(
                fields=["lease_expires_at"], name="task_leased", condition=Q(status="RUNNING")
            ),
            models.Index(
                fields=["node", "celery_task_id"],
                name="task_running",
                condition=Q(status="RUNNING"),
            ),
            models.Index(
                fields=["finished_at", "id"],
                name="task_finished",
                condition=Q(finished_at__isnull=False),
            ),
            models.Index(
                fields=["expires_at"],
                name="task_expiring",
                condition=Q(status="PENDING", expires_at__isnull=False),
            ),
            models.Index(
                fields=["overlap_of", "status"],
                name="task_overlap",
                condition=Q(overlap_of__isnull=False),
            ),
            models.Index(
                fields=["backfill_of", "status"],
                name="task_backfill",
                condition=Q(backfill_of__isnull=False),
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["idempotency_key"],
                name="task_idempotency_key",
                condition=~Q(idempotency_key=""),
            ),
            models.UniqueConstraint(
                fields=["schedule"], name="task_schedule", condition=Q(schedule__isnull=False)
            ),
            models.CheckConstraint(
                name="task_status_known",
                condition=Q(status__in=["PENDING", "RUNNING", "SUCCESS", "FAILED", "CANCELLED"]),
            ),
            models.CheckConstraint(
                name="task_leased_while_running",
                condition=Q(status="RUNNING", lease_expires_at__isnull=False)
                | ~Q(status="RUNNING") & Q(lease_expires_at__isnull=True),
            ),
            models.CheckConstraint(
                name="task_finished_when_terminal",
                condition=Q(status__in=["PENDING", "RUNNING"], finished_at__isnull=True)
                | Q(status__in=["SUCCESS", "FAILED", "CANCELLED"], finished_at__isnull=False),
            ),
            models.CheckConstraint(
                name="task_priority", condition=Q(priority__range=range_of("priority"))
            ),
            models.CheckConstraint(
                name="task_duration", condition=Q(duration_ms__range=range_of("duration_ms"))
            ),
            models.CheckConstraint(name="task_slots", condition=Q(slots__range=range_of("slots"))),
            models.CheckConstraint(
                name="task_attempts",
                condition=Q(
                    max_attempts__range=range_of("max_attempts"),
                    fail_attempts__range=range_of("fail_attempts"),
                    attempt__range=(0, F("max_attempts")),
                ),
            ),
            models.CheckConstraint(
                name="task_retry_backoff",
                condition=Q(retry_backoff_ms__range=range_of("retry_backoff_ms")),
            ),
            models.CheckConstraint(
                name="task_concurrency_limit",
                condition=Q(concurrency_limit__range=range_of("concurrency_limit")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.a} + {self.b} ({self.status})"

    @property
    def is_scheduled(self) -> bool:
        """Whether a schedule runs the task."""
        return self.for_schedule_id is not None

    @property
    def for_schedule_id(self) -> UUID | None:
        """The ID of the schedule that runs the task; None if it was created on its own."""
        return self.schedule_id or self.overlap_of_id

    @property
    def run_of_id(self) -> UUID | None:
        """As `for_schedule_id`, but also for tasks of backfills."""
        return self.for_schedule_id or self.backfill_of_id

    @property
    def is_terminal(self) -> bool:
        """Whether the current run has ended."""
        return self.status in self.TERMINAL

    def set_celery_task_id(self, _id: str, commit: bool = True) -> None:
        """Store the ID of the Celery message that claimed the task."""
        self.celery_task_id = _id
        if commit:
            self._save_changed("celery_task_id")

    def mark_as_successfull(self, result: int, commit: bool = True) -> "TaskResult":
        """Finish the current run with its result.

        Returns:
            The result row; not saved if `commit` is false.

        Raises:
            IntegrityError: The run has a result already.
        """
        task_result = TaskResult(
            task=self, result=result, run=self.run, attempt=self.attempt, node_id=self.node_id
        )
        self._finish(self.Status.SUCCESS, failed_message="")
        if commit:
            with transaction.atomic():
                self._save_finished()
                task_result.save()
        return task_result

    def mark_as_failed(self, message: str, commit: bool = True) -> None:
        """Finish the current run as failed, without a result."""
        self._finish(self.Status.FAILED, failed_message=message)
        if commit:
            self._save_finished()

    def _finish(self, status: Status, *, failed_message: str) -> None:
        self.status = status
        self.failed_message = failed_message
        self.lease_expires_at = None
        self.finished_at = Now()
        self.version = F("version") + 1

    def _save_finished(self) -> None:
        self._save_changed("status", "failed_message", "lease_expires_at", "finished_at", "version")
