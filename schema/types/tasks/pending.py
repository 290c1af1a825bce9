"""Why tasks are pending, and when they start."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import strawberry
from django.utils import timezone

from schema.core.enums import PendingReason
from schema.core.prefetch import prefetches
from tasks_app import models, stats
from tasks_app.services import pending

if TYPE_CHECKING:
    from schema.types.tasks.types import Task


@strawberry.type(description="The reason for which a task is pending, and its place in the queue.")
class Pending:
    reason: PendingReason = strawberry.field(description="The reason, for programs.")
    message: str = strawberry.field(description="The reason in a sentence, for people.")
    tasks_ahead: int | None = strawberry.field(
        description=(
            "The number of tasks of the same queue that are claimed before the task, counted up to"
            f" {pending.AHEAD_MAX:,}. Null if the task does not start by itself."
        )
    )
    estimated_start_at: datetime | None = strawberry.field(
        description=(
            "The time at which the task starts if its queue continues at the rate of the last five"
            " minutes. Null if no task of the queue ended in that time, or if too many tasks are"
            " ahead."
        )
    )


@strawberry.type(description="The due tasks of a queue that need the same number of slots.")
class PendingGroup:
    slots: int = strawberry.field(description="The number of slots that each of the tasks needs.")
    reason: PendingReason = strawberry.field(
        description="The reason for which the first task is pending, for programs."
    )
    message: str = strawberry.field(description="The reason in a sentence, for people.")
    first_task: Annotated["Task", strawberry.lazy("schema.types.tasks.types")] = strawberry.field(
        description="The task of the group that worker nodes claim first."
    )


def reason_of(task: Any) -> PendingReason | None:
    """Return why a task is pending; None if it is not."""
    found = _explained(task)
    return found and found.reason


def pending_of(task: Any) -> Pending | None:
    """Return why a task is pending, and its place; None if it is not pending."""
    found = _explained(task)
    if found is None:
        return None
    if not hasattr(task, "loaded_place"):
        _load_places([task], {})
    ahead, estimate = task.loaded_place or (None, None)
    return Pending(
        reason=found.reason,
        message=found.message,
        tasks_ahead=ahead,
        estimated_start_at=estimate,
    )


def _explained(task: Any) -> pending.Pending | None:
    if not hasattr(task, "loaded_pending"):
        _load_reasons([task], {})
    found: pending.Pending | None = task.loaded_pending
    return found


@prefetches(models.Task, "pendingReason")
def _load_reasons(tasks: Sequence[Any], arguments: dict[str, Any]) -> Iterable[Any]:
    explained = pending.explain(tasks)
    for task in tasks:
        task.loaded_pending = explained.get(task.pk)
    return []


@prefetches(models.Task, "pending")
def _load_places(tasks: Sequence[Any], arguments: dict[str, Any]) -> Iterable[Any]:
    _load_reasons(tasks, {})
    waiting = [
        task for task in tasks if task.loaded_pending and task.loaded_pending.starts_by_itself
    ]
    places = pending.ahead(waiting)
    rates = stats.queue_stats(stats.Window.FIVE_MINUTES) if waiting else {}
    for task in tasks:
        ahead = places.get(task.pk)
        rate = rates[task.queue_id].per_second if task.queue_id in rates else 0
        task.loaded_place = None if ahead is None else (ahead, _estimate(ahead, rate))
    return []


def _estimate(ahead: int, rate: float) -> datetime | None:
    if not rate or ahead == pending.AHEAD_MAX:
        return None
    return timezone.now() + timedelta(seconds=ahead / rate)


@prefetches(models.Queue, "pendingGroups")
def _load_groups(queues: Sequence[Any], arguments: dict[str, Any]) -> Iterable[Any]:
    groups = pending.groups(queue.name for queue in queues)
    tasks = models.Task.objects.in_bulk([group.first_id for group in groups])
    for queue in queues:
        queue.loaded_groups = [
            PendingGroup(
                slots=group.slots,
                reason=group.pending.reason,
                message=group.pending.message,
                first_task=tasks[group.first_id],  # type: ignore[arg-type]
            )
            for group in groups
            if group.queue == queue.name and group.first_id in tasks
        ]
    return []
