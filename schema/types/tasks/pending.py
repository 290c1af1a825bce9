"""Why tasks are pending, and when they start."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import strawberry
from django.db.models import Model
from django.utils import timezone

from schema.core.enums import PendingReason
from schema.core.prefetch import Arguments, Loaded, prefetches
from schema.types.queues.types import loaded_groups
from tasks_app import models, stats
from tasks_app.services.tasks import pending, places

if TYPE_CHECKING:
    from schema.types.tasks.types import Task


@strawberry.type(description="The reason for which a task is pending, and its place in the queue.")
class Pending:
    reason: PendingReason = strawberry.field(description="The reason, for programs.")
    message: str = strawberry.field(description="The reason in a sentence, for people.")
    tasks_ahead: int | None = strawberry.field(
        description=(
            "The number of tasks of the same queue that are claimed before the task, counted up to"
            f" {places.AHEAD_MAX:,}. Null if the task does not start by itself, or if the limit of"
            " its concurrency key is reached."
        )
    )
    estimated_start_at: datetime | None = strawberry.field(
        description=(
            "The time at which the task starts if its queue continues at the rate of the last five"
            " minutes. Null if `tasksAhead` is null or too large, or if no task of the queue ended"
            " in that time."
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


_pending = Loaded[pending.Pending | None]("pendingReason")
# The number of tasks ahead and the estimated start. None if the task does not start by itself.
_place = Loaded[tuple[int, datetime | None] | None]("pending")


def reason_of(task: models.Task) -> PendingReason | None:
    """Return why a task is pending; None if it is not."""
    found = _pending.of(task)
    return PendingReason(found.reason) if found else None


def pending_of(task: models.Task) -> Pending | None:
    """Return why a task is pending, and its place; None if it is not pending."""
    found = _pending.of(task)
    if found is None:
        return None
    ahead, estimate = _place.of(task) or (None, None)
    return Pending(
        reason=found.reason,
        message=found.message,
        tasks_ahead=ahead,
        estimated_start_at=estimate,
    )


@prefetches(models.Task, "pendingReason")
def _load_reasons(tasks: Sequence[models.Task], arguments: Arguments) -> Iterable[Model]:
    explained = pending.explain(tasks)
    for task in tasks:
        _pending.set(task, explained.get(task.pk))
    return []


@prefetches(models.Task, "pending")
def _load_places(tasks: Sequence[models.Task], arguments: Arguments) -> Iterable[Model]:
    _load_reasons(tasks, {})
    waiting = [task for task in tasks if (found := _pending.of(task)) and found.has_place]
    numbers = places.ahead(waiting)
    rates = stats.queue_stats(stats.Window.FIVE_MINUTES) if waiting else {}
    for task in tasks:
        ahead = numbers.get(task.pk)
        rate = rates[task.queue_id].per_second if task.queue_id in rates else 0
        _place.set(task, None if ahead is None else (ahead, _estimate(ahead, rate)))
    return []


def _estimate(ahead: int, rate: float) -> datetime | None:
    if not rate or ahead == places.AHEAD_MAX:
        return None
    return timezone.now() + timedelta(seconds=ahead / rate)


@prefetches(models.Queue, "pendingGroups")
def _load_groups(queues: Sequence[models.Queue], arguments: Arguments) -> Iterable[Model]:
    groups = pending.groups(queue.name for queue in queues)
    tasks = models.Task.objects.in_bulk([group.first_id for group in groups])
    for queue in queues:
        found = [
            PendingGroup(
                slots=group.slots,
                reason=group.pending.reason,
                message=group.pending.message,
                first_task=tasks[group.first_id],  # type: ignore[arg-type]
            )
            for group in groups
            if group.queue == queue.name and group.first_id in tasks
        ]
        loaded_groups.set(queue, found)
    return []
