"""The rows, and how each of them changes."""

from tasks_app.models.base import BaseModel, uuid7
from tasks_app.models.cluster import Queue, WorkerNode
from tasks_app.models.event import ClusterEvent, PrunedLog
from tasks_app.models.schedule import ScheduleTick, TaskSchedule
from tasks_app.models.stats import StatsPeriod, StatsWatermark, TaskCount
from tasks_app.models.task import Task, TaskResult
from tasks_app.models.token import ApiToken, Role

__all__ = [
    "ApiToken",
    "BaseModel",
    "ClusterEvent",
    "PrunedLog",
    "Queue",
    "Role",
    "ScheduleTick",
    "StatsPeriod",
    "StatsWatermark",
    "Task",
    "TaskCount",
    "TaskResult",
    "TaskSchedule",
    "WorkerNode",
    "uuid7",
]
