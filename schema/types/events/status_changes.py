"""Changes of the status of tasks, as subscriptions return them."""

from collections.abc import Sequence
from uuid import UUID

import strawberry

from schema.core.enums import ClusterEventKind, TaskStatus
from schema.core.relay import global_id
from schema.types.events.rows import Rows
from schema.types.nodes.types import WorkerNode
from schema.types.tasks.history import TaskChange, change_of
from schema.types.tasks.types import Task
from tasks_app import models
from tasks_app.log.cursor import Cursor
from tasks_app.log.pages import EventRow


@strawberry.type(description="A change of a task's status.")
class TaskStatusChange(TaskChange):
    kind: ClusterEventKind | None = strawberry.field(
        description=(
            "The kind of the event. Null if this is the task's state when the subscription began."
        )
    )
    task_id: strawberry.ID = strawberry.field(description="The global ID of the task.")
    coalesced: int = strawberry.field(
        description=(
            "The number of matching changes of the task just before this one that were left out,"
            " because the client read too slowly. 0 if none were."
        )
    )
    key: strawberry.Private[UUID]
    node_id: strawberry.Private[UUID | None]
    rows: strawberry.Private[Rows]

    @strawberry.field(
        description=(
            "The task as it is now, which may be newer than the change. Null if it was deleted."
        )
    )
    def task(self, info: strawberry.Info) -> Task | None:
        return next(iter(self.rows.tasks([self.key], 1, info)), None)

    @strawberry.field(description="The worker node that made the change. Null if none did.")
    def worker_node(self) -> WorkerNode | None:
        return self.rows.node(self.node_id)


def status_changes(places: Sequence[tuple[EventRow, int, int]]) -> list[TaskStatusChange]:
    """Return the change of one task of each event.

    Args:
        places: Each has the event, the index of the task, and the number of earlier changes of the
            task that were left out.
    """
    rows = Rows(
        ([event.task_ids[index]] for event, index, _ in places),
        (event.node_id for event, *_ in places),
    )
    return [_status_change(*place, rows) for place in places]


def _status_change(event: EventRow, index: int, coalesced: int, rows: Rows) -> TaskStatusChange:
    id = event.task_ids[index]
    return TaskStatusChange(
        **change_of(event, index),
        kind=ClusterEventKind(event.kind),
        task_id=global_id("Task", id),
        coalesced=coalesced,
        key=id,
        node_id=event.node_id,
        rows=rows,
    )


def present_states(tasks: Sequence[models.Task], cursor: Cursor) -> list[TaskStatusChange]:
    """Return the state of tasks, with the position of the log from which to follow them."""
    rows = Rows(([task.pk] for task in tasks), (task.node_id for task in tasks))
    return [
        TaskStatusChange(
            cursor=cursor.encode(),
            at=task.updated_at,
            previous_status=None,
            status=TaskStatus(task.status),
            version=task.version,
            attempt=task.attempt,
            message=task.failed_message or None,
            kind=None,
            task_id=global_id("Task", task.pk),
            coalesced=0,
            key=task.pk,
            node_id=task.node_id,
            rows=rows,
        )
        for task in tasks
    ]
