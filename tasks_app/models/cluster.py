"""The simulated cluster: its worker nodes and its queues."""

from django.contrib.postgres.fields import ArrayField
from django.core.validators import RegexValidator
from django.db import models

from tasks_app.models.base import BaseModel

DEFAULT_QUEUE = "default"


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

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class WorkerNode(BaseModel):
    """A Celery worker, known by its Celery node name."""

    class Connection(models.TextChoices):
        ONLINE = "ONLINE"
        OFFLINE = "OFFLINE"

    name = models.CharField(max_length=255, unique=True)
    host = models.CharField(max_length=255)
    pid = models.IntegerField()
    slots = models.IntegerField(help_text="How many messages the node works on at once.")
    queues = ArrayField(models.CharField(max_length=63))
    connection = models.CharField(max_length=7, choices=Connection.choices)
    heartbeat_at = models.DateTimeField()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                name="worker_node_connection",
                condition=models.Q(connection__in=["ONLINE", "OFFLINE"]),
            ),
        ]

    def __str__(self) -> str:
        return self.name
