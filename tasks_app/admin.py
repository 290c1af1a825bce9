"""The tables, to look at. Whatever changes a task goes through the APIs."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from tasks_app import models


class ReadOnlyAdmin(admin.ModelAdmin):
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(models.Task)
class TaskAdmin(ReadOnlyAdmin):
    list_display = ["id", "a", "b", "status", "queue", "attempt", "node", "created_at"]
    list_filter = ["status", "queue"]
    list_select_related = ["node", "queue"]


@admin.register(models.TaskResult)
class TaskResultAdmin(ReadOnlyAdmin):
    list_display = ["task_id", "result", "run", "attempt", "node", "created_at"]
    list_select_related = ["node"]


@admin.register(models.TaskSchedule)
class TaskScheduleAdmin(ReadOnlyAdmin):
    list_display = [
        *("id", "interval", "cron", "time_zone", "scheduled_at", "next_run_at", "paused_at"),
        *("fired", "skipped", "missed"),
    ]


@admin.register(models.ScheduleTick)
class ScheduleTickAdmin(ReadOnlyAdmin):
    list_display = ["schedule_id", "nominal_at", "outcome", "reason", "count", "run", "fired_at"]
    list_filter = ["outcome", "reason"]
    ordering = ["-id"]


@admin.register(models.WorkerNode)
class WorkerNodeAdmin(ReadOnlyAdmin):
    list_display = ["name", "connection", "scheduling", "slots", "queues", "heartbeat_at"]
    list_filter = ["connection", "scheduling"]


@admin.register(models.Queue)
class QueueAdmin(ReadOnlyAdmin):
    list_display = ["name", "running_limit", "paused_at", "paused_by", "pause_note"]


@admin.register(models.ClusterEvent)
class ClusterEventAdmin(ReadOnlyAdmin):
    list_display = ["id", "at", "kind", "actor", "queue", "status", "node", "message"]
    list_filter = ["kind"]
    list_select_related = ["node"]


@admin.register(models.ApiToken)
class ApiTokenAdmin(ReadOnlyAdmin):
    """Made and revoked by who has the role: over GraphQL, or by `manage.py token`."""

    list_display = ["name", "role", "hint", "created_by", "created_at", "expires_at", "revoked_at"]
    list_filter = ["role"]
