"""Changes of tasks, as histories and subscriptions return them."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import strawberry
from django.db.models import Model

from schema.core.enums import ClusterEventKind, TaskStatus
from schema.core.prefetch import Arguments, Loaded, prefetches
from schema.types.nodes.types import WorkerNode
from tasks_app import models
from tasks_app.log import pages


@strawberry.type
class TaskChange:
    """The fields that an event of a history and a change of a subscription have in common."""

    cursor: str = strawberry.field(
        description="The opaque position of the change in the event log."
    )
    at: datetime = strawberry.field(description="The time of the change.")
    previous_status: TaskStatus | None = strawberry.field(
        description="The status before the change. Null if the task was created."
    )
    status: TaskStatus = strawberry.field(description="The status after the change.")
    version: int = strawberry.field(description="The version of the task after the change.")
    attempt: int = strawberry.field(
        description="The number of attempts that the run had started after the change."
    )
    message: str | None = strawberry.field(
        description="The reason for the change. Null if there is none to give."
    )


@strawberry.type(description="A change in the history of a task.")
class TaskEvent(TaskChange):
    kind: ClusterEventKind = strawberry.field(description="The kind of the event.")
    worker_node: WorkerNode | None = strawberry.field(
        description="The worker node that made the change. Null if none did."
    )


_history = Loaded[list[TaskEvent]]("history")


def change_of(event: models.ClusterEvent | pages.EventRow, index: int) -> dict[str, Any]:
    """Return the fields of `TaskChange` for one of the tasks of an event."""
    return {
        "cursor": pages.cursor_after(event, index).encode(),
        "at": event.at,
        "previous_status": TaskStatus(event.previous_status) if event.previous_status else None,
        "status": TaskStatus(event.status),
        "version": event.versions[index],
        "attempt": event.attempts[index],
        "message": event.message or None,
    }


def history_of(task: models.Task) -> list[TaskEvent]:
    """Return the changes of a task, oldest first, as far as the log goes back."""
    return _history.of(task)


@prefetches(models.Task, "history")
def _load_histories(tasks: Sequence[models.Task], arguments: Arguments) -> Iterable[Model]:
    histories = pages.histories([task.pk for task in tasks])
    for task in tasks:
        _history.set(task, [_task_event(*event) for event in histories[task.pk]])
    return []


def _task_event(event: models.ClusterEvent, index: int) -> TaskEvent:
    return TaskEvent(
        **change_of(event, index),
        kind=ClusterEventKind(event.kind),
        worker_node=event.node,  # type: ignore[arg-type]
    )
