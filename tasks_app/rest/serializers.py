"""The serializers of requests and responses. They check types; the services check rules."""

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers
from rest_framework.utils.html import is_html_input

from tasks_app.models import Task, TaskResult, TaskSchedule
from tasks_app.recurrence import (
    CatchUp,
    Cron,
    Interval,
    Once,
    OnFold,
    OnGap,
    Overlap,
    recurrence_of,
)
from tasks_app.rest import examples
from tasks_app.rest.options import (
    choice_option,
    given_option,
    integer_option,
    names_option,
    text_option,
    time_option,
)
from tasks_app.sql.tasks.transitions import CANCELLED_MESSAGE

# The REST API shows three statuses; these are shown as others.
STATUSES = {
    Task.Status.RUNNING: Task.Status.PENDING,
    Task.Status.CANCELLED: Task.Status.FAILED,
}


class TaskOptionsSerializer(serializers.Serializer[Any]):
    """The options that tasks and schedules share."""

    a = integer_option("a")
    b = integer_option("b")
    queue = text_option("queue")
    priority = integer_option("priority")
    duration_ms = integer_option("duration_ms")
    slots = integer_option("slots")
    max_attempts = integer_option("max_attempts")
    fail_attempts = integer_option("fail_attempts")
    retry_backoff_ms = integer_option("retry_backoff_ms")
    concurrency_key = text_option("concurrency_key", allow_blank=True, trim_whitespace=False)
    concurrency_limit = integer_option("concurrency_limit")


class NewTaskSerializer(TaskOptionsSerializer):
    """The parameters of a task to create."""

    run_at = time_option("run_at")
    expires_at = time_option("expires_at")

    def get_initial(self) -> Any:
        """Return what a form shows first: the values that were sent, or an example."""
        return _initial(self, super().get_initial(), examples.TASK)


class TaskResultSerializer(serializers.Serializer[TaskResult]):
    """The result of a run of a task."""

    result = serializers.IntegerField()
    created_at = serializers.DateTimeField()


class TaskSerializer(serializers.Serializer[Any]):
    """A task."""

    url = serializers.HyperlinkedIdentityField(view_name="task")
    id = serializers.UUIDField()
    a = serializers.IntegerField()
    b = serializers.IntegerField()
    is_scheduled = serializers.BooleanField()
    status = serializers.SerializerMethodField()
    failed_message = serializers.SerializerMethodField()
    celery_task_id = serializers.SerializerMethodField()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()

    def get_status(self, task: Task) -> str:
        """Return the status as the REST API shows it."""
        return STATUSES.get(Task.Status(task.status), task.status)

    def get_failed_message(self, task: Task) -> str | None:
        """Return why the task failed, or that it was cancelled."""
        if task.status == Task.Status.CANCELLED:
            return CANCELLED_MESSAGE
        return task.failed_message or None

    def get_celery_task_id(self, task: Task) -> str | None:
        """Return the ID of the Celery message that last claimed the task."""
        return task.celery_task_id or None


class TaskWithResultsSerializer(TaskSerializer):
    """A task with its results, newest first."""

    results = TaskResultSerializer(many=True)


class ScheduleChangeSerializer(serializers.Serializer[Any]):
    """The parameters of a schedule that PUT changes.

    Exactly one of `interval`, `cron` and `at` says when. An interval requires `scheduled_at`.
    """

    a = integer_option("a")
    b = integer_option("b")
    scheduled_at = given_option(time_option, "scheduled_at")
    interval = given_option(integer_option, "interval")
    cron = given_option(text_option, "cron")
    timezone = text_option("time_zone", source="time_zone")
    at = given_option(time_option, "at")

    # The schedule whose values a form shows.
    schedule: TaskSchedule | None = None

    def get_initial(self) -> Any:
        """Return what a form shows first: the values sent, those of the schedule, or an example."""
        values = examples.INTERVAL
        if self.schedule is not None:
            values = _current_values(self.schedule)
        return _initial(self, super().get_initial(), values)

    def get_fields(self) -> dict[str, "serializers.Field[Any, Any, Any, Any]"]:
        """Return the fields. Without `cron` and `at`, those of an interval are required."""
        fields = super().get_fields()
        data = getattr(self, "initial_data", None)
        if data is not None and not _has_own_times(data):
            fields["scheduled_at"].required = fields["interval"].required = True
        return fields


def _current_values(schedule: TaskSchedule) -> dict[str, object]:
    shown = ScheduleSerializer(schedule, context={"request": None}).data
    names = ("at",) if "at" in shown else ("scheduled_at", *_RECURRENCE_FIELDS)
    values = {name: shown[name] for name in names if name in shown}
    return {"a": schedule.task.a, "b": schedule.task.b, **values}


def _initial(serializer: serializers.Serializer[Any], initial: Any, values: Any) -> Any:
    if hasattr(serializer, "initial_data"):
        return initial
    return {name: value for name, value in initial.items() if value not in (None, "")} | values


def _has_own_times(data: object) -> bool:
    if not isinstance(data, Mapping):
        return False
    if is_html_input(data):  # A form sends every field, and those left blank as "".
        return any(data.get(name) for name in ("cron", "at"))
    return bool({"cron", "at"} & data.keys())


class NewScheduleSerializer(ScheduleChangeSerializer, TaskOptionsSerializer):
    """The parameters of a schedule to create."""

    on_gap = choice_option("on_gap", OnGap.choices)
    on_fold = choice_option("on_fold", OnFold.choices)
    overlap = choice_option("overlap", Overlap.choices)
    max_concurrent_runs = integer_option("max_concurrent_runs")
    catch_up = choice_option("catch_up", CatchUp.choices)
    misfire_grace = integer_option("misfire_grace")
    ends_at = time_option("ends_at")
    max_runs = integer_option("max_runs")
    jitter = integer_option("jitter")
    calendars = names_option("calendars")
    labels = names_option("labels")


class ScheduleSerializer(serializers.Serializer[Any]):
    """A schedule with its task."""

    url = serializers.HyperlinkedIdentityField(view_name="task-schedule")
    id = serializers.UUIDField()
    task = TaskSerializer()
    scheduled_at = serializers.DateTimeField()
    interval = serializers.IntegerField(required=False)
    cron = serializers.CharField(required=False)
    timezone = serializers.CharField(required=False, source="time_zone")
    at = serializers.DateTimeField(required=False)
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()

    def to_representation(self, instance: TaskSchedule) -> dict[str, object]:
        """Return a schedule with the fields of its own recurrence only."""
        shown = super().to_representation(instance)
        recurrence = recurrence_of(instance)
        for name, kind in _RECURRENCE_FIELDS.items():
            if not isinstance(recurrence, kind):
                del shown[name]
        return shown


_RECURRENCE_FIELDS = {"interval": Interval, "cron": Cron, "timezone": Cron, "at": Once}
