"""The simulated cluster: its worker nodes and its queues."""

from django.contrib.postgres.fields import ArrayField
from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Now

from tasks_app.models.base import BaseModel

# Each slot is a process.
NODE_SLOTS_MAX = 100


class Queue(BaseModel):
    """A line of tasks. Queues are never deleted, so a name that was known once stays known."""

    name = models.CharField(
        max_length=63,
        unique=True,
        validators=[
            RegexValidator(
                r"\A[a-z0-9][a-z0-9_.-]*\Z",
                "Lower-case letters, digits, dots, dashes and underscores only.",
            )
        ],
    )
    paused_at = models.DateTimeField(null=True, blank=True)
    paused_by = models.CharField(max_length=150, blank=True, default="")
    pause_note = models.TextField(blank=True, default="")
    running_limit = models.IntegerField(
        null=True, blank=True, help_text="How many of its tasks may run at once in the cluster."
    )

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                name="queue_running_limit",
                condition=models.Q(running_limit__isnull=True) | models.Q(running_limit__gte=1),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class WorkerNode(BaseModel):
    """A Celery worker, known by its Celery node name.

    What it tells with each heartbeat, and what it has been ordered to do. The orders outlive its
    process. What it is busy with is told by the tasks that are running.
    """

    class Connection(models.TextChoices):
        ONLINE = "ONLINE"
        OFFLINE = "OFFLINE"

    class Scheduling(models.TextChoices):
        ACTIVE = "ACTIVE"
        PAUSED = "PAUSED"
        DRAINING = "DRAINING"
        DRAINED = "DRAINED"

    name = models.CharField(max_length=255, unique=True)
    host = models.CharField(max_length=255)
    pid = models.IntegerField()
    version = models.CharField(max_length=63, blank=True, db_default="")
    labels = ArrayField(models.CharField(max_length=255), db_default=[])
    slots = models.IntegerField(help_text="Processes of its pool.")
    queues = ArrayField(models.CharField(max_length=63), help_text="What it takes from.")
    connection = models.CharField(max_length=7, choices=Connection.choices)
    heartbeat_at = models.DateTimeField()
    online_since = models.DateTimeField(db_default=Now(), help_text="Of its present process.")
    lost_at = models.DateTimeField(
        null=True,
        blank=True,
        help_text="When it was marked offline because its heartbeats had stopped.",
    )

    scheduling = models.CharField(
        max_length=8, choices=Scheduling.choices, db_default=Scheduling.ACTIVE
    )
    scheduling_note = models.TextField(blank=True, db_default="")
    scheduling_by = models.CharField(max_length=150, blank=True, db_default="")
    drain_deadline = models.DateTimeField(
        null=True, blank=True, help_text="What still runs then is given to others."
    )
    desired_slots = models.IntegerField(null=True, blank=True, help_text="None: as it started.")
    desired_queues = ArrayField(
        models.CharField(max_length=63), null=True, blank=True, help_text="None: as it started."
    )
    stop_requested_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                name="worker_node_connection",
                condition=models.Q(connection__in=["ONLINE", "OFFLINE"]),
            ),
            models.CheckConstraint(
                name="worker_node_scheduling",
                condition=models.Q(scheduling__in=["ACTIVE", "PAUSED", "DRAINING", "DRAINED"]),
            ),
            models.CheckConstraint(
                name="worker_node_desired_slots",
                condition=models.Q(desired_slots__isnull=True)
                | models.Q(desired_slots__range=(1, NODE_SLOTS_MAX)),
            ),
        ]

    def __str__(self) -> str:
        return self.name
