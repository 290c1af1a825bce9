"""The worker nodes of the simulated cluster."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from tasks_app.models.base import BaseModel

# Each slot is a process.
NODE_SLOTS_MAX = 100
FREEZE_SECONDS_MAX = 120


class WorkerNode(BaseModel):
    """A worker node: a Celery worker, identified by its Celery node name.

    The row holds what the node reports with each heartbeat, and its desired state, which operators
    set and which outlives the node's process. The running tasks say which slots are in use.
    """

    class Connection(models.TextChoices):
        ONLINE = "ONLINE"
        OFFLINE = "OFFLINE"

    class Scheduling(models.TextChoices):
        ACTIVE = "ACTIVE"
        PAUSED = "PAUSED"
        DRAINING = "DRAINING"
        DRAINED = "DRAINED"

    class Fault(models.TextChoices):
        KILL = "KILL"
        FREEZE = "FREEZE"

    name = models.CharField(max_length=255, unique=True)
    host = models.CharField(max_length=255)
    pid = models.IntegerField()
    version = models.CharField(max_length=63, blank=True, db_default="")
    labels = ArrayField(models.CharField(max_length=255), db_default=[])
    slots = models.IntegerField(help_text="Number of processes in its pool.")
    queues = ArrayField(
        models.CharField(max_length=63), help_text="Names of the queues that it serves."
    )
    connection = models.CharField(max_length=7, choices=Connection.choices)
    heartbeat_at = models.DateTimeField()
    online_since = models.DateTimeField(
        db_default=Now(), help_text="Start time of its current process."
    )
    lost_at = models.DateTimeField(
        null=True,
        blank=True,
        help_text="Time at which it was marked offline because its heartbeats had stopped.",
    )

    scheduling = models.CharField(
        max_length=8, choices=Scheduling.choices, db_default=Scheduling.ACTIVE
    )
    scheduling_note = models.TextField(blank=True, db_default="")
    scheduling_by = models.CharField(max_length=150, blank=True, db_default="")
    drain_deadline = models.DateTimeField(
        null=True, blank=True, help_text="Tasks that still run at this time are requeued."
    )
    desired_slots = models.IntegerField(
        null=True, blank=True, help_text="Null: the number of slots it was started with."
    )
    desired_queues = ArrayField(
        models.CharField(max_length=63),
        null=True,
        blank=True,
        help_text="Null: the queues it was started with.",
    )
    stop_requested_at = models.DateTimeField(null=True, blank=True)
    fault = models.CharField(
        max_length=6,
        choices=Fault.choices,
        blank=True,
        db_default="",
        help_text="The fault that its process injects next, once. Empty: none.",
    )
    freeze_seconds = models.IntegerField(
        null=True, blank=True, help_text="How long it freezes. Null for other faults."
    )

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
            models.CheckConstraint(
                name="worker_node_fault",
                condition=models.Q(fault__in=["", "KILL"], freeze_seconds__isnull=True)
                | models.Q(fault="FREEZE", freeze_seconds__range=(1, FREEZE_SECONDS_MAX)),
            ),
        ]

    def __str__(self) -> str:
        return self.name
