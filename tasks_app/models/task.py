"""A task, and the results of its runs."""

from decimal import Decimal
from typing import Any

from django.db import models, transaction
from django.db.models import ExpressionWrapper, F, Q
from django.db.models.functions import Now

from tasks_app.models.base import BaseModel
from tasks_app.models.cluster import Queue, WorkerNode
from tasks_app.models.event import CurrentTransactionId
from tasks_app.options import DEFAULT_QUEUE, range_of


class SumField(models.DecimalField):  # type: ignore[type-arg]
    """An integer of up to 20 digits: the sum of two 64-bit integers always fits."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "max_digits": 20, "decimal_places": 0})

    def from_db_value(self, value: Decimal | None, *_: object) -> int | None:
        return None if value is None else int(value)


class Task(BaseModel):
    """An addition to be done by some worker node: once, or once per tick of its schedule."""

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
    a = models.BigIntegerField()
    b = models.BigIntegerField()
    status = models.CharField(max_length=9, choices=Status.choices, db_default=Status.PENDING)
    failed_message = models.TextField(blank=True, db_default="")
    celery_task_id = models.CharField(
        max_length=255,
        blank=True,
        db_default="",
        help_text="The Celery message that last claimed it.",
    )

    # What the creator asked for. None of it changes afterwards, unless its schedule is edited; a
    # schedule's task has the time of its latest tick for `run_at`.
    # Neither this key nor `node` has a constraint in the database: each inserted task would lock
    # the one row that all tasks of its queue share. Queues and nodes are never deleted.
    queue = models.ForeignKey(
        Queue,
        models.PROTECT,
        to_field="name",
        db_column="queue",
        db_constraint=False,
        db_index=False,
        db_default=DEFAULT_QUEUE,
    )
    priority = models.SmallIntegerField(db_default=5, help_text="0 to 9; 9 is the most urgent.")
    run_at = models.DateTimeField(null=True, blank=True, help_text="Not before this time.")
    expires_at = models.DateTimeField(
        null=True, blank=True, help_text="The first run must have started by this time."
    )
    duration_ms = models.IntegerField(
        db_default=0, help_text="Simulated work: how long a node is busy with it, in milliseconds."
    )
    slots = models.SmallIntegerField(
        db_default=1, help_text="How many slots of a node it takes while it runs."
    )
    max_attempts = models.SmallIntegerField(db_default=3)
    idempotency_key = models.CharField(max_length=255, blank=True, db_default="")

    # Where it stands.
    version = models.IntegerField(db_default=1, help_text="Grows by one with each change.")
    xid = models.BigIntegerField(
        db_default=CurrentTransactionId(), help_text="The transaction that changed it last."
    )
    run = models.IntegerField(
        db_default=1,
        help_text="Which go this is: a retry or tick starts a new one; 0 waits for the first tick.",
    )
    attempt = models.SmallIntegerField(db_default=0, help_text="Tries of this run so far.")
    node = models.ForeignKey(
        WorkerNode, models.SET_NULL, null=True, blank=True, db_constraint=False, db_index=False
    )
    # A task with a duration is claimed alone, so that work spreads over the slots. So is one whose
    # last process died, so that a task that kills its process takes no other task with it.
    runs_alone = models.GeneratedField(
        expression=ExpressionWrapper(
            Q(duration_ms__gt=0) | Q(attempt__gt=0), output_field=models.BooleanField()
        ),
        output_field=models.BooleanField(),
        db_persist=True,
    )
    lease_expires_at = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField(
        db_default=Now(), help_text="The time from which the current run can be claimed."
    )
    cancel_requested_at = models.DateTimeField(null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["status", "id"], name="task_status"),
            # In the order of the claim (see sql/claims.py).
            models.Index(
                fields=["queue", "slots", "runs_alone", "-priority", "due_at", "id"],
                name="task_pending",
                condition=Q(status="PENDING", run__gt=0),
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
                    attempt__range=(0, F("max_attempts")),
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.a} + {self.b} ({self.status})"

    @property
    def is_scheduled(self) -> bool:
        return self.schedule_id is not None

    @property
    def is_terminal(self) -> bool:
        return self.status in self.TERMINAL

    def set_celery_task_id(self, _id: str, commit: bool = True) -> None:
        """Note the Celery message that works on this task."""
        self.celery_task_id = _id
        if commit:
            self._save_changed("celery_task_id")

    def mark_as_successfull(self, result: int, commit: bool = True) -> "TaskResult":
        """Finish this run with its sum; answers the result row, unsaved without ``commit``.

        Raises IntegrityError if this run has a result already.
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
        """Finish this run without a result."""
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


class TaskResult(BaseModel):
    """What one run of a task came to, and which attempt on which node found it."""

    task = models.ForeignKey(Task, models.CASCADE, related_name="results", db_index=False)
    result = SumField()
    run = models.IntegerField(db_default=1)
    attempt = models.SmallIntegerField(db_default=1)
    node = models.ForeignKey(
        WorkerNode, models.SET_NULL, null=True, blank=True, db_constraint=False, db_index=False
    )

    class Meta:
        ordering = ["-run"]
        constraints = [
            models.UniqueConstraint(fields=["task", "run"], name="task_result_once_per_run"),
        ]

    def __str__(self) -> str:
        return str(self.result)
