"""The services that cancel tasks."""

from typing import NamedTuple
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import Count, Q, QuerySet

from tasks_app.access import scopes
from tasks_app.log import events
from tasks_app.models import Task
from tasks_app.services.batches import ids_in_batches
from tasks_app.services.validation import error
from tasks_app.sql.tasks import transitions
from tasks_app.sql.transactions import in_transaction


@in_transaction
def cancel_task(task_id: UUID) -> Task:
    """Cancel a pending task at once, and ask the node of a running task to stop it. Idempotent.

    Raises:
        ValidationError: The task has succeeded or failed.
    """
    scopes.check(Task, task_id)
    cancelled = transitions.cancel([task_id])
    events.tasks_changed(cancelled)
    task = Task.objects.get(pk=task_id)
    if task.status in (Task.Status.SUCCESS, Task.Status.FAILED):
        message = "The task has already finished. Only pending and running tasks can be cancelled."
        raise ValidationError({"id": error(message, "not_cancellable")})
    return task


class Cancelled(NamedTuple):
    """How many tasks a bulk cancel changed, and what `restore_tasks` takes to undo it.

    Attributes:
        total: The number of tasks.
        pending_count: How many of them were pending: they are cancelled. The others were running.
        events: The cursors of the events with the tasks that were pending.
    """

    total: int
    pending_count: int
    events: list[str]


def cancel_tasks(condition: Q, *, dry_run: bool = False) -> Cancelled:
    """Cancel the matching tasks that can be cancelled, in batches.

    Args:
        condition: The condition that the tasks match.
        dry_run: Whether to count the tasks only.
    """
    rows = cancellable(condition)
    if dry_run:
        pending = Count("pk", filter=Q(status=Task.Status.PENDING))
        counts = rows.aggregate(count=Count("pk"), pending_count=pending)
        return Cancelled(counts["count"], counts["pending_count"], [])
    batches = [_cancel(ids) for ids in ids_in_batches(rows)]
    return Cancelled(
        sum(batch.total for batch in batches),
        sum(batch.pending_count for batch in batches),
        [cursor for batch in batches for cursor in batch.events],
    )


@in_transaction
def _cancel(ids: list[UUID]) -> Cancelled:
    changed = transitions.cancel(ids)
    pending = [task for task in changed if task.previous == Task.Status.PENDING]
    cursors = events.tasks_changed(pending)
    events.tasks_changed(task for task in changed if task.previous != Task.Status.PENDING)
    return Cancelled(len(changed), len(pending), [cursor.encode() for cursor in cursors])


def cancellable(condition: Q) -> QuerySet[Task]:
    """Return the tasks that `cancel_tasks` would cancel now."""
    running = Q(status=Task.Status.RUNNING, cancel_requested_at=None)
    return Task.objects.filter(condition, Q(status=Task.Status.PENDING) | running)
