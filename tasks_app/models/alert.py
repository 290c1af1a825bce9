"""Alerts: states of the cluster that an operator should look at, and their rules."""

from datetime import datetime

from django.db import models
from django.db.models import Q

from tasks_app.models.base import BaseModel

# The range of the times of a rule, in seconds.
AFTER_SECONDS_MAX = 24 * 60 * 60


class Alert(BaseModel):
    """An attention item that lasts, from the moment at which it was first seen.

    There is one that is not resolved for each kind and subject. `state_since` and `observed_at` are
    when the state began, and when it was last confirmed; an open alert is not confirmed again.
    """

    class Kind(models.TextChoices):
        """What needs attention."""

        NODE_LOST = "NODE_LOST"
        TOO_LARGE = "TOO_LARGE"
        NO_NODE_FOR_QUEUE = "NO_NODE_FOR_QUEUE"
        NODES_PAUSED = "NODES_PAUSED"
        QUEUE_PAUSED = "QUEUE_PAUSED"
        SLOTS_IDLE = "SLOTS_IDLE"
        BACKLOG_GROWING = "BACKLOG_GROWING"
        TASKS_FAILING = "TASKS_FAILING"
        TICKS_MISSED = "TICKS_MISSED"
        WEBHOOK_STOPPED = "WEBHOOK_STOPPED"

    class State(models.TextChoices):
        """PENDING lasts too briefly to be an alert. RECOVERING is open, and its item is gone."""

        PENDING = "PENDING"
        OPEN = "OPEN"
        RECOVERING = "RECOVERING"
        RESOLVED = "RESOLVED"

    UNRESOLVED = (State.PENDING, State.OPEN, State.RECOVERING)

    kind = models.CharField(max_length=32)
    subject = models.CharField(
        max_length=255, help_text="The queue, the node, or the UUID of the schedule or webhook."
    )
    message = models.TextField()
    queue = models.CharField(max_length=63, blank=True, default="")
    node = models.ForeignKey(
        "WorkerNode",
        models.DO_NOTHING,
        null=True,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    schedule = models.ForeignKey(
        "TaskSchedule",
        models.DO_NOTHING,
        null=True,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    since = models.DateTimeField(help_text="When the item began; when it was seen, if unknown.")
    state = models.CharField(max_length=10, choices=State.choices, default=State.PENDING)
    state_since = models.DateTimeField()
    observed_at = models.DateTimeField()
    opened_at = models.DateTimeField(null=True)
    resolved_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-opened_at", "-id"]
        indexes = [
            models.Index(
                fields=["opened_at", "id"], name="alert_order", condition=Q(opened_at__isnull=False)
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "subject"],
                name="alert_once",
                condition=Q(state__in=["PENDING", "OPEN", "RECOVERING"]),
            ),
            models.CheckConstraint(
                name="alert_times",
                condition=(
                    Q(state="PENDING", opened_at=None, resolved_at=None)
                    | Q(state__in=["OPEN", "RECOVERING"], opened_at__isnull=False, resolved_at=None)
                    | Q(state="RESOLVED", opened_at__isnull=False, resolved_at__isnull=False)
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject} ({self.state})"

    def enter(self, state: State, now: datetime) -> None:
        """Store the state that the alert has now: another one, or the same as before."""
        if state != self.state:
            self.state, self.state_since = state, now
        if state == self.State.OPEN and self.opened_at is None:
            self.opened_at = now
        if state == self.State.RESOLVED:
            self.resolved_at = now
        self.observed_at = now
        self._save_changed("state", "state_since", "observed_at", "opened_at", "resolved_at")


class AlertRule(BaseModel):
    """When items of a kind become alerts. A kind without a row has the default rule."""

    kind = models.CharField(max_length=32, unique=True)
    enabled = models.BooleanField()
    open_after_seconds = models.IntegerField()
    resolve_after_seconds = models.IntegerField()

    class Meta:
        ordering = ["kind"]
        constraints = [
            models.CheckConstraint(
                name="alert_rule_times",
                condition=Q(
                    open_after_seconds__range=(0, AFTER_SECONDS_MAX),
                    resolve_after_seconds__range=(0, AFTER_SECONDS_MAX),
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} after {self.open_after_seconds} s"
