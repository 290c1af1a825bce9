"""The backend of Django's Tasks framework: `TASKS` in the settings names it.

It creates tasks by the service that GraphQL and REST use, in the current transaction.
"""

from inspect import signature
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django_tasks import TaskResult, TaskResultStatus
from django_tasks.backends.base import BaseTaskBackend
from django_tasks.base import Task, TaskError
from django_tasks.exceptions import InvalidTaskError, TaskResultDoesNotExist
from django_tasks.signals import task_enqueued

from tasks_app import models
from tasks_app.log import pages
from tasks_app.services import tasks
from tasks_app.services.tasks import NewTask

ADD = "tasks_app.django_tasks.registered.add"

_STATUSES = {
    models.Task.Status.PENDING: TaskResultStatus.READY,
    models.Task.Status.RUNNING: TaskResultStatus.RUNNING,
    models.Task.Status.SUCCESS: TaskResultStatus.SUCCESSFUL,
    models.Task.Status.FAILED: TaskResultStatus.FAILED,
    models.Task.Status.CANCELLED: TaskResultStatus.FAILED,
}


class TaskFailedError(Exception):
    """The class of the error of a failed task. Its `traceback` is the message of the failure."""


class TaskCancelledError(Exception):
    """The class of the error of a cancelled task, which the framework calls failed."""


class ClusterBackend(BaseTaskBackend):
    """Runs `tasks_app.django_tasks.add` on the cluster's worker nodes."""

    supports_defer = True
    supports_get_result = True
    supports_priority = True

    def validate_task(self, task: Task[..., Any]) -> None:
        """Raise InvalidTaskError if the cluster cannot run the task.

        Whether the queue exists is checked when the task is enqueued: tasks are validated while
        modules are imported, when there is no connection to the database.
        """
        if task.module_path != ADD:
            raise InvalidTaskError(
                f"The cluster does not run {task.module_path}."
                " Enqueue tasks_app.django_tasks.add, or use another backend for this task."
            )
        if task.takes_context:
            raise InvalidTaskError("The cluster does not support takes_context.")
        super().validate_task(task)

    def enqueue(
        self, task: Task[..., Any], args: tuple[object, ...], kwargs: dict[str, object]
    ) -> TaskResult[Any]:
        """Create a task in the current transaction. Without one, it is committed at once.

        Raises:
            TypeError: The arguments are not those of `add`.
            InvalidTaskError: The queue does not exist, or an argument is not a 64-bit integer.
        """
        self.validate_task(task)
        arguments = signature(task.func).bind(*args, **kwargs).arguments
        new = NewTask(
            **arguments,
            queue=task.queue_name,
            priority=_to_cluster(task.priority),
            run_at=task.run_after,
        )
        try:
            row = tasks.create_task(new)
        except ValidationError as error:
            messages = (
                f"{'queue_name' if name == 'queue' else name}: {' '.join(texts)}"
                for name, texts in error.message_dict.items()
            )
            raise InvalidTaskError("; ".join(messages)) from error
        result = self._result(row, task)
        task_enqueued.send(type(self), task_result=result)
        return result

    def get_result(self, result_id: str) -> TaskResult[Any]:
        """Return the state of a task by its UUID, whichever API created it.

        Raises:
            TaskResultDoesNotExist: There is no task with this ID.
        """
        from tasks_app.django_tasks.registered import add

        try:
            row = models.Task.objects.get(pk=UUID(result_id))
        except (ValueError, AttributeError, models.Task.DoesNotExist) as error:
            raise TaskResultDoesNotExist(result_id) from error
        task = add.using(
            backend=self.alias,
            priority=_from_cluster(row.priority),
            queue_name=row.queue_id,
            run_after=row.run_at,
        )
        return self._result(row, task)

    def _result(self, row: models.Task, task: Task[..., Any]) -> TaskResult[Any]:
        attempts = _attempts_of(row)
        last_attempted_at = row.started_at or (attempts[-1].at if attempts else None)
        result: TaskResult[Any] = TaskResult(
            task=task,
            id=str(row.pk),
            status=_STATUSES[models.Task.Status(row.status)],
            enqueued_at=row.created_at,
            started_at=attempts[0].at if len(attempts) > 1 else last_attempted_at,
            last_attempted_at=last_attempted_at,
            finished_at=row.finished_at,
            args=[row.a, row.b],
            kwargs={},
            backend=self.alias,
            errors=_errors_of(row),
            worker_ids=[attempt.node.name for attempt in attempts if attempt.node],
        )
        if row.status == models.Task.Status.SUCCESS:
            value = row.results.get(run=row.run).result
            # The class is frozen; the framework's own backends set the value in this way.
            object.__setattr__(result, "_return_value", value)
        return result


def _attempts_of(row: models.Task) -> list[models.ClusterEvent]:
    """Return the event of each attempt of the current run, as far as the log goes back."""
    if not row.attempt:
        return []
    started = [
        event
        for event, _ in pages.histories([row.pk])[row.pk]
        if event.kind == models.ClusterEvent.Kind.TASK_STARTED
    ]
    return started[-row.attempt :]


def _errors_of(row: models.Task) -> list[TaskError]:
    classes = {
        models.Task.Status.FAILED: TaskFailedError,
        models.Task.Status.CANCELLED: TaskCancelledError,
    }
    error = classes.get(models.Task.Status(row.status))
    if error is None:
        return []
    path = f"{error.__module__}.{error.__qualname__}"
    return [TaskError(exception_class_path=path, traceback=row.failed_message)]


def _to_cluster(priority: int) -> int:
    """Return the priority from 0 to 9 of a priority from -100 to 100; 0 becomes the default, 5."""
    return (priority * 9 + 1_000) // 200


def _from_cluster(priority: int) -> int:
    """Return the lowest priority from -100 to 100 that has the given one from 0 to 9."""
    return max(-100, -((1_000 - 200 * priority) // 9))
