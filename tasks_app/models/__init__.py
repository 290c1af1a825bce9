"""The rows, and how each of them changes."""

from tasks_app.models.access import ApiToken, Role
from tasks_app.models.base import BaseModel, uuid7
from tasks_app.models.cluster import DEFAULT_QUEUE, Queue, WorkerNode
from tasks_app.models.event import ClusterEvent, PrunedLog
from tasks_app.models.load import Fold, Slice, TaskCount
from tasks_app.models.schedule import ScheduleTick, TaskSchedule
from tasks_app.models.task import Task, TaskResult

__all__ = [
    "DEFAULT_QUEUE",
    "ApiToken",
    "BaseModel",
    "ClusterEvent",
    "Fold",
    "PrunedLog",
    "Queue",
    "Role",
    "ScheduleTick",
    "Slice",
    "Task",
    "TaskCount",
    "TaskResult",
    "TaskSchedule",
    "WorkerNode",
    "uuid7",
]
