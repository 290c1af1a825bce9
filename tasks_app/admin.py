"""Read-only views of the tables in Django's admin. Changes go through the APIs."""

from typing import TYPE_CHECKING

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest

from tasks_app import models

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Model]
else:  # Django's class is generic in the stubs only.
    ModelAdmin = admin.ModelAdmin


class ReadOnlyAdmin(ModelAdmin):
    """An admin that can only view rows."""

    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Return False."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Return False."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Return False."""
        return False


@admin.register(models.Task)
class TaskAdmin(ReadOnlyAdmin):
    """Tasks."""

    list_display = ["id", "a", "b", "status", "queue", "attempt", "node", "created_at"]
    list_filter = ["status", "queue"]
    list_select_related = ["node", "queue"]


@admin.register(models.TaskResult)
class TaskResultAdmin(ReadOnlyAdmin):
    """Results of runs."""

    list_display = ["task_id", "result", "run", "attempt", "node", "created_at"]
    list_select_related = ["node"]


@admin.register(models.TaskSchedule)
class TaskScheduleAdmin(ReadOnlyAdmin):
    """Schedules."""

    list_display = [
        *("id", "interval", "cron", "time_zone", "scheduled_at", "next_run_at", "paused_at"),
        *("fired", "skipped", "missed"),
    ]


@admin.register(models.ScheduleTick)
class ScheduleTickAdmin(ReadOnlyAdmin):
    """Outcomes of scheduled times."""

    list_display = ["schedule_id", "nominal_at", "outcome", "reason", "count", "run", "fired_at"]
    list_filter = ["outcome", "reason"]
    ordering = ["-id"]


@admin.register(models.WorkerNode)
class WorkerNodeAdmin(ReadOnlyAdmin):
    """Worker nodes."""

    list_display = ["name", "connection", "scheduling", "slots", "queues", "heartbeat_at"]
    list_filter = ["connection", "scheduling"]


@admin.register(models.Queue)
class QueueAdmin(ReadOnlyAdmin):
    """Queues."""

    list_display = ["name", "running_limit", "paused_at", "paused_by", "pause_note"]


@admin.register(models.ClusterEvent)
class ClusterEventAdmin(ReadOnlyAdmin):
    """Events of the log."""

    list_display = ["id", "at", "kind", "actor", "queue", "status", "node", "message"]
    list_filter = ["kind"]
    list_select_related = ["node"]


@admin.register(models.ApiToken)
class ApiTokenAdmin(ReadOnlyAdmin):
    """API tokens. Create and revoke them with GraphQL or `manage.py token`."""

    list_display = ["name", "role", "hint", "created_by", "created_at", "expires_at", "revoked_at"]
    list_filter = ["role"]
