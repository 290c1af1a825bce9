"""Shapes in and out. No logic: what may be asked is for the services to say."""

from typing import Any

from rest_framework import serializers

from tasks_app.models import DEFAULT_QUEUE, Task
from tasks_app.models.schedule import INTERVAL_MAX_SECONDS
from tasks_app.models.task import (
    ATTEMPTS_MAX,
    DURATION_MAX_MS,
    INT64_MAX,
    INT64_MIN,
    PRIORITY_MAX,
    SLOTS_MAX,
)
from tasks_app.recurrence import Overlap
from tasks_app.sql.transitions import CANCELLED_MESSAGE

# This door knew three statuses before there were five.
STATUSES = {
    Task.Status.RUNNING: Task.Status.PENDING,
    Task.Status.CANCELLED: Task.Status.FAILED,
}


class ExactIntegerField(serializers.IntegerField):
    """A JSON integer and nothing that merely looks like one: not "2", not 2.0, not true."""

    def to_internal_value(self, data: Any) -> int:
        if type(data) is not int:
            self.fail("invalid")
        return data


class NewTaskSerializer(serializers.Serializer):
    a = ExactIntegerField(min_value=INT64_MIN, max_value=INT64_MAX)
    b = ExactIntegerField(min_value=INT64_MIN, max_value=INT64_MAX)
    queue = serializers.CharField(default=DEFAULT_QUEUE)
    priority = ExactIntegerField(
        default=5, min_value=0, max_value=PRIORITY_MAX, help_text="9 is the most urgent."
    )
    run_at = serializers.DateTimeField(
        default=None, allow_null=True, help_text="Not before this time."
    )
    expires_at = serializers.DateTimeField(
        default=None, allow_null=True, help_text="The task fails if no node has started it by then."
    )
    duration_ms = ExactIntegerField(
        default=0,
        min_value=0,
        max_value=DURATION_MAX_MS,
        help_text="Simulated work: how long a node is busy with it.",
    )
    slots = ExactIntegerField(
        default=1,
        min_value=1,
        max_value=SLOTS_MAX,
        help_text="How many slots of a node it takes while it runs.",
    )
    max_attempts = ExactIntegerField(
        default=3,
        min_value=1,
        max_value=ATTEMPTS_MAX,
        help_text="How many nodes may die over it before it fails.",
    )


class TaskResultSerializer(serializers.Serializer):
    result = serializers.IntegerField()
    created_at = serializers.DateTimeField()


class TaskSerializer(serializers.Serializer):
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
        return STATUSES.get(Task.Status(task.status), task.status)

    def get_failed_message(self, task: Task) -> str | None:
        if task.status == Task.Status.CANCELLED:
            return CANCELLED_MESSAGE
        return task.failed_message or None

    def get_celery_task_id(self, task: Task) -> str | None:
        return task.celery_task_id or None


class TaskWithResultsSerializer(TaskSerializer):
    results = TaskResultSerializer(many=True)


class ScheduleChangeSerializer(serializers.Serializer):
    a = ExactIntegerField(min_value=INT64_MIN, max_value=INT64_MAX)
    b = ExactIntegerField(min_value=INT64_MIN, max_value=INT64_MAX)
    scheduled_at = serializers.DateTimeField(
        help_text="The first tick. If it has passed: the next on the grid that it begins."
    )
    interval = ExactIntegerField(
        min_value=1, max_value=INTERVAL_MAX_SECONDS, help_text="Seconds from tick to tick."
    )


class NewScheduleSerializer(ScheduleChangeSerializer):
    queue = serializers.CharField(default=DEFAULT_QUEUE)
    priority = ExactIntegerField(
        default=5, min_value=0, max_value=PRIORITY_MAX, help_text="9 is the most urgent."
    )
    duration_ms = ExactIntegerField(default=0, min_value=0, max_value=DURATION_MAX_MS)
    slots = ExactIntegerField(default=1, min_value=1, max_value=SLOTS_MAX)
    max_attempts = ExactIntegerField(default=3, min_value=1, max_value=ATTEMPTS_MAX)
    overlap = serializers.ChoiceField(
        Overlap.choices,
        default=Overlap.SKIP,
        help_text="What becomes of a tick that comes while the last run is not finished.",
    )
    misfire_grace = ExactIntegerField(
        default=300, help_text="Seconds after which a missed tick is not made up for."
    )
    ends_at = serializers.DateTimeField(
        default=None, allow_null=True, help_text="No tick after this time."
    )
    max_runs = ExactIntegerField(default=None, allow_null=True, help_text="No tick after so many.")
    jitter = ExactIntegerField(
        default=0, help_text="Each run starts up to so many seconds later, at random."
    )


class ScheduleSerializer(serializers.Serializer):
    url = serializers.HyperlinkedIdentityField(view_name="task-schedule")
    id = serializers.UUIDField()
    task = TaskSerializer()
    scheduled_at = serializers.DateTimeField()
    interval = serializers.IntegerField()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()
