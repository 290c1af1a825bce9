"""The event log of the cluster."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.functions import TransactionNow
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Func, Q

# The kinds of changes of nodes and queues, which explain a time series.
OPERATION_KINDS = (
    "NODE_ONLINE",
    "NODE_OFFLINE",
    "NODE_PAUSED",
    "NODE_RESUMED",
    "NODE_DRAINING",
    "NODE_DRAINED",
    "NODE_RESIZED",
    "NODE_ASSIGNED",
    "NODE_STOPPING",
    "FAULT_INJECTED",
    "QUEUE_PAUSED",
    "QUEUE_RESUMED",
    "QUEUE_UPDATED",
    "SCHEDULING_CHANGED",
)


class CurrentTransactionId(Func):
    """The 64-bit ID of the current transaction, which never wraps around."""

    template = "pg_current_xact_id()::text::bigint"
    output_field = models.BigIntegerField()


class ClusterEvent(models.Model):
    """An event: a change of one or many objects in one transaction. Events are never changed.

    IDs are assigned before the transaction commits. Readers therefore read in the order of
    ``(xid, id)``, and only below the oldest running transaction, where no event can appear later.

    The arrays are parallel: `versions[i]` and `attempts[i]` are the version and the attempt of
    `task_ids[i]` after the change. If runs ended, `waits_ms[i]` and `runs_ms[i]` are how long the
    run waited and ran, in milliseconds.
    """

    class Kind(models.TextChoices):
        TASK_CREATED = "TASK_CREATED"
        TASK_STARTED = "TASK_STARTED"
        TASK_SUCCEEDED = "TASK_SUCCEEDED"
        TASK_FAILED = "TASK_FAILED"
        TASK_CANCELLED = "TASK_CANCELLED"
        TASK_CANCEL_REQUESTED = "TASK_CANCEL_REQUESTED"
        TASK_ATTEMPT_FAILED = "TASK_ATTEMPT_FAILED"
        TASK_REQUEUED = "TASK_REQUEUED"
        TASK_RETRIED = "TASK_RETRIED"
        TASK_RESTORED = "TASK_RESTORED"
        TASK_TICKED = "TASK_TICKED"
        TASK_PRUNED = "TASK_PRUNED"
        SCHEDULE_CREATED = "SCHEDULE_CREATED"
        SCHEDULE_UPDATED = "SCHEDULE_UPDATED"
        SCHEDULE_DELETED = "SCHEDULE_DELETED"
        SCHEDULE_PAUSED = "SCHEDULE_PAUSED"
        SCHEDULE_RESUMED = "SCHEDULE_RESUMED"
        BACKFILL_CREATED = "BACKFILL_CREATED"
        BACKFILL_PAUSED = "BACKFILL_PAUSED"
        BACKFILL_RESUMED = "BACKFILL_RESUMED"
        BACKFILL_CANCELLED = "BACKFILL_CANCELLED"
        BACKFILL_COMPLETED = "BACKFILL_COMPLETED"
        TICK_SKIPPED = "TICK_SKIPPED"
        TICK_MISSED = "TICK_MISSED"
        NODE_ONLINE = "NODE_ONLINE"
        NODE_OFFLINE = "NODE_OFFLINE"
        NODE_PAUSED = "NODE_PAUSED"
        NODE_RESUMED = "NODE_RESUMED"
        NODE_DRAINING = "NODE_DRAINING"
        NODE_DRAINED = "NODE_DRAINED"
        NODE_RESIZED = "NODE_RESIZED"
        NODE_ASSIGNED = "NODE_ASSIGNED"
        NODE_STOPPING = "NODE_STOPPING"
        NODE_FORGOTTEN = "NODE_FORGOTTEN"
        FAULT_INJECTED = "FAULT_INJECTED"
        QUEUE_CREATED = "QUEUE_CREATED"
        QUEUE_UPDATED = "QUEUE_UPDATED"
        QUEUE_PAUSED = "QUEUE_PAUSED"
        QUEUE_RESUMED = "QUEUE_RESUMED"
        QUEUE_DELETED = "QUEUE_DELETED"
        SCHEDULING_CHANGED = "SCHEDULING_CHANGED"
        CALENDAR_SAVED = "CALENDAR_SAVED"
        CALENDAR_DELETED = "CALENDAR_DELETED"
        TOKEN_CREATED = "TOKEN_CREATED"
        TOKEN_REVOKED = "TOKEN_REVOKED"
        WEBHOOK_CREATED = "WEBHOOK_CREATED"
        WEBHOOK_UPDATED = "WEBHOOK_UPDATED"
        WEBHOOK_DISABLED = "WEBHOOK_DISABLED"
        WEBHOOK_RESUMED = "WEBHOOK_RESUMED"
        WEBHOOK_DELETED = "WEBHOOK_DELETED"
        ALERT_OPENED = "ALERT_OPENED"
        ALERT_RESOLVED = "ALERT_RESOLVED"
        ALERT_RULE_CHANGED = "ALERT_RULE_CHANGED"

    id = models.BigAutoField(primary_key=True)
    xid = models.BigIntegerField(db_default=CurrentTransactionId())
    at = models.DateTimeField(db_default=TransactionNow())
    kind = models.CharField(max_length=32, choices=Kind.choices)
    actor = models.CharField(max_length=150, blank=True, db_default="")
    token_id = models.UUIDField(
        null=True,
        blank=True,
        help_text="The token that the actor used. Null for a session or none.",
    )
    node = models.ForeignKey(
        "WorkerNode", models.DO_NOTHING, null=True, db_constraint=False, db_index=False
    )
    queue = models.CharField(max_length=63, blank=True, db_default="")
    previous_queue = models.CharField(
        max_length=63,
        blank=True,
        db_default="",
        help_text="The queue before the change, if that changed it.",
    )
    previous_status = models.CharField(max_length=9, blank=True, db_default="")
    status = models.CharField(max_length=9, blank=True, db_default="")
    message = models.TextField(blank=True, db_default="")
    task_ids = ArrayField(models.UUIDField(), default=list)
    versions = ArrayField(models.IntegerField(), default=list)
    attempts = ArrayField(models.IntegerField(), default=list)
    waits_ms = ArrayField(models.BigIntegerField(), db_default=[])
    runs_ms = ArrayField(models.BigIntegerField(), db_default=[])
    task_schedule_ids = ArrayField(
        models.UUIDField(null=True),
        db_default=[],
        help_text="The schedule that each task is a run of, or null. Empty if none is a run.",
    )
    schedule_ids = ArrayField(models.UUIDField(), db_default=[])
    backfill_ids = ArrayField(models.UUIDField(), db_default=[])
    alert = models.ForeignKey(
        "Alert", models.DO_NOTHING, null=True, db_constraint=False, db_index=False
    )
    alert_kind = models.CharField(max_length=32, blank=True, db_default="")

    class Meta:
        ordering = ["xid", "id"]
        indexes = [
            models.Index(fields=["xid", "id"], name="event_order"),
            models.Index(
                fields=["at"], name="event_operations", condition=Q(kind__in=OPERATION_KINDS)
            ),
            GinIndex(fields=["task_ids"], name="event_tasks"),
            GinIndex(
                fields=["task_schedule_ids"],
                name="event_runs",
                condition=~Q(task_schedule_ids=[]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"


class PrunedLog(models.Model):
    """A single row that holds the position of the last deleted event, if any was deleted."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    xid = models.BigIntegerField()
    event_id = models.BigIntegerField()

    class Meta:
        constraints = [
            models.CheckConstraint(name="pruned_log_is_one", condition=models.Q(id=1)),
        ]

    def __str__(self) -> str:
        return f"{self.xid}:{self.event_id}"
