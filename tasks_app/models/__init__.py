"""The models, one module for each noun."""

from tasks_app.models.alert import Alert, AlertRule
from tasks_app.models.base import BaseModel, uuid7
from tasks_app.models.event import ClusterEvent, PrunedLog
from tasks_app.models.node import WorkerNode
from tasks_app.models.queue import Queue
from tasks_app.models.result import TaskResult
from tasks_app.models.saved_view import SavedView
from tasks_app.models.schedules.backfill import Backfill, BackfillRun
from tasks_app.models.schedules.calendar import Calendar
from tasks_app.models.schedules.schedule import TaskSchedule
from tasks_app.models.schedules.tick import ScheduleTick
from tasks_app.models.scheduling import FairShareTag, SchedulingSettings
from tasks_app.models.stats import GaugePeriod, StatsPeriod, StatsWatermark, TaskCount
from tasks_app.models.task import Task
from tasks_app.models.token import ApiToken, Role, Scope, ScopeKind
from tasks_app.models.webhook import Webhook, WebhookDelivery

__all__ = [
    "Alert",
    "AlertRule",
    "ApiToken",
    "Backfill",
    "BackfillRun",
    "BaseModel",
    "Calendar",
    "ClusterEvent",
    "FairShareTag",
    "GaugePeriod",
    "PrunedLog",
    "Queue",
    "Role",
    "SavedView",
    "ScheduleTick",
    "SchedulingSettings",
    "Scope",
    "ScopeKind",
    "StatsPeriod",
    "StatsWatermark",
    "Task",
    "TaskCount",
    "TaskResult",
    "TaskSchedule",
    "Webhook",
    "WebhookDelivery",
    "WorkerNode",
    "uuid7",
]
