"""The services that start new runs of tasks that failed or were cancelled."""

from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet

from tasks_app import dispatch
from tasks_app.access import scopes
from tasks_app.log import events
from tasks_app.models import Task
from tasks_app.services.batches import ids_in_batches
from tasks_app.services.validation import error
from tasks_app.sql.tasks import transitions
from tasks_app.sql.transactions import in_transaction


@in_transaction
def retry_task(task_id: UUID) -> Task:
    """Start a new run of a failed or cancelled task.

    Raises:
        ValidationError: The task has neither failed nor been cancelled.
    """
    scopes.check(Task, task_id)
    retried = transitions.retry([task_id])
    events.tasks_changed(retried)
    dispatch.wake_after_commit(task.queue for task in retried)
    task = Task.objects.get(pk=task_id)
    if not retried:
        message = "Only failed and cancelled tasks can be retried."
        raise ValidationError({"id": error(message, "not_retryable")})
    return task


def retry_tasks(condition: Q, *, dry_run: bool = False) -> int:
    """Start new runs of the matching tasks that can be retried; return their number.

    Args:
        condition: The condition that the tasks match.
        dry_run: Whether to count the tasks only.
    """
    rows = retryable(condition)
    return rows.count() if dry_run else sum(map(_retry, ids_in_batches(rows)))


@in_transaction
def _retry(ids: list[UUID]) -> int:
    retried = transitions.retry(ids)
    events.tasks_changed(retried)
    dispatch.wake_after_commit(task.queue for task in retried)
    return len(retried)


def retryable(condition: Q) -> QuerySet[Task]:
    """Return the tasks that `retry_tasks` would retry now."""
    return Task.objects.filter(condition, status__in=[Task.Status.FAILED, Task.Status.CANCELLED])
