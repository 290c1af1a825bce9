"""What subscriptions tell: changes of tasks, and the log as a whole."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import strawberry

from schema.core.enums import ClusterEventKind, TaskStatus
from schema.core.prefetch import prefetch_for
from schema.core.relay import BadInputError, global_id
from schema.types.nodes import WorkerNode
from schema.types.tasks import Task, TaskChange, change_of
from tasks_app import models
from tasks_app.log.events import Cursor, EventRow

EVENT_TASKS_SHOWN_MAX = 10


class Rows:
    """The rows behind some lines of the log: read when first asked for, all of them at once.

    Of each line it has the tasks that are told of.
    """

    def __init__(self, task_ids: Iterable[Sequence[UUID]], node_ids: Iterable[UUID | None]) -> None:
        self._task_ids = list(task_ids)
        self._node_ids = set(node_ids) - {None}
        self._tasks: dict[UUID, Any] = {}
        self._nodes: dict[UUID, Any] | None = None
        self._loaded: set[str | int] = set()

    def tasks(self, ids: Sequence[UUID], first: int, info: strawberry.Info) -> list[Any]:
        """The first so many of these that are still there."""
        # Under each name that the operation gives the field it may select something else.
        if info.path.key not in self._loaded:
            wanted = {id for ids in self._task_ids for id in ids[:first]}
            self._tasks |= models.Task.objects.in_bulk(wanted - self._tasks.keys())
            prefetch_for(info, [self._tasks[id] for id in wanted if id in self._tasks])
            self._loaded.add(info.path.key)
        return [self._tasks[id] for id in ids[:first] if id in self._tasks]

    def node(self, id: UUID | None) -> Any:
        if self._nodes is None:
            self._nodes = models.WorkerNode.objects.in_bulk(self._node_ids)
        return self._nodes.get(id) if id else None


@strawberry.type(description="A change of a task, as it is pushed.")
class TaskStatusChange(TaskChange):
    kind: ClusterEventKind | None = strawberry.field(
        description="What happened; null if the task just stood so when the subscription began."
    )
    task_id: strawberry.ID = strawberry.field(description="The task's global id.")
    key: strawberry.Private[UUID]
    node_id: strawberry.Private[UUID | None]
    rows: strawberry.Private[Rows]

    @strawberry.field(
        description="The task as it stands now, which may be newer; null if it was deleted."
    )
    def task(self, info: strawberry.Info) -> Task | None:
        return next(iter(self.rows.tasks([self.key], 1, info)), None)

    @strawberry.field(description="The node that did it.")
    def worker_node(self) -> WorkerNode | None:
        return self.rows.node(self.node_id)


@strawberry.type(
    description=(
        "A line of the log: what happened to one thing, or in the same way to many in one"
        " transaction. Of taskIds, versions and attempts the first belong together, and so on."
    )
)
class ClusterEvent:
    cursor: str = strawberry.field(description="The place of this line in the log. Opaque.")
    kind: ClusterEventKind = strawberry.field(description="What happened.")
    at: datetime = strawberry.field(description="When.")
    actor: str | None = strawberry.field(description="Who did it, if a person did.")
    token_id: UUID | None = strawberry.field(description="The API token they came in with, if any.")
    message: str | None = strawberry.field(description="Why, where that is not plain.")
    queue: str | None = strawberry.field(description="The name of the queue, of tasks their one.")
    previous_status: TaskStatus | None = strawberry.field(description="Of the tasks, before it.")
    status: TaskStatus | None = strawberry.field(description="Of the tasks, after it.")
    task_ids: list[strawberry.ID] = strawberry.field(description="Global ids of the tasks.")
    task_count: int = strawberry.field(description="How many tasks.")
    versions: list[int] = strawberry.field(description="The tasks' versions after it.")
    attempts: list[int] = strawberry.field(description="Their attempts that were counted last.")
    schedule_ids: list[strawberry.ID] = strawberry.field(description="Ids of the schedules.")
    keys: strawberry.Private[Sequence[UUID]]
    node_id: strawberry.Private[UUID | None]
    rows: strawberry.Private[Rows]

    @strawberry.field(
        description="The first of the tasks as they stand now; those that were deleted left out."
    )
    def tasks(
        self,
        info: strawberry.Info,
        first: Annotated[
            int, strawberry.argument(description=f"How many, at most {EVENT_TASKS_SHOWN_MAX}.")
        ] = 1,
    ) -> list[Task]:
        if not 0 <= first <= EVENT_TASKS_SHOWN_MAX:
            raise BadInputError(f"`first` is from 0 to {EVENT_TASKS_SHOWN_MAX}.")
        return self.rows.tasks(self.keys, first, info)

    @strawberry.field(description="The node that did it, or that it happened to.")
    def worker_node(self) -> WorkerNode | None:
        return self.rows.node(self.node_id)


@strawberry.type(description="Some lines of the log, in order.")
class EventBatch:
    events: list[ClusterEvent] = strawberry.field(description="The lines. There may be none.")
    cursor: str = strawberry.field(description="The place after them: resume from here.")
    caught_up: bool = strawberry.field(description="Whether that was the end of the log just now.")


@strawberry.type(description="Nothing to tell: the stream is alive.")
class StreamHeartbeat:
    at: datetime = strawberry.field(description="When it was sent.")
    cursor: str = strawberry.field(description="The place in the log: resume from here.")


@strawberry.type(
    description=(
        "The log does not go back to the cursor that was given. What was between is not known any"
        " more: read the state anew. The stream goes on."
    )
)
class StreamGap:
    cursor: str = strawberry.field(description="The place from which the stream goes on.")


ClusterEventMessage = Annotated[
    EventBatch | StreamHeartbeat | StreamGap,
    strawberry.union("ClusterEventMessage", description="What the stream of the log tells."),
]


def status_changes(places: Sequence[tuple[EventRow, int]]) -> list[TaskStatusChange]:
    """What happened to one task of each line: ``(line, index of the task in it)``."""
    rows = Rows(
        ([line.task_ids[index]] for line, index in places), (line.node_id for line, _ in places)
    )
    return [_status_change(line, index, rows) for line, index in places]


def _status_change(line: EventRow, index: int, rows: Rows) -> TaskStatusChange:
    id = line.task_ids[index]
    return TaskStatusChange(
        **change_of(line, index),
        kind=ClusterEventKind(line.kind),
        task_id=global_id("Task", id),
        key=id,
        node_id=line.node_id,
        rows=rows,
    )


def present_states(tasks: Sequence[Any], cursor: Cursor) -> list[TaskStatusChange]:
    """Where these tasks stand, with the place in the log from which to follow them."""
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
            key=task.pk,
            node_id=task.node_id,
            rows=rows,
        )
        for task in tasks
    ]


def parse_cursor(name: str, text: str) -> Cursor:
    """A cursor that was given as the argument of this name. Raises BadInputError."""
    try:
        return Cursor.decode(text)
    except ValueError as error:
        raise BadInputError(f"`{name}` is not a cursor of the log.") from error


def event_batch(lines: Sequence[EventRow], cursor: Cursor, *, caught_up: bool) -> EventBatch:
    rows = Rows((line.task_ids for line in lines), (line.node_id for line in lines))
    events = [_event(line, rows) for line in lines]
    return EventBatch(events=events, cursor=cursor.encode(), caught_up=caught_up)


def _event(line: EventRow, rows: Rows) -> ClusterEvent:
    return ClusterEvent(
        cursor=line.end.encode(),
        kind=ClusterEventKind(line.kind),
        at=line.at,
        actor=line.actor or None,
        token_id=line.token_id,
        message=line.message or None,
        queue=line.queue or None,
        previous_status=_status(line.previous_status),
        status=_status(line.status),
        task_ids=[global_id("Task", id) for id in line.task_ids],
        task_count=len(line.task_ids),
        versions=line.versions,
        attempts=line.attempts,
        schedule_ids=[global_id("TaskSchedule", id) for id in line.schedule_ids],
        keys=line.task_ids,
        node_id=line.node_id,
        rows=rows,
    )


def _status(name: str) -> TaskStatus | None:
    return TaskStatus(name) if name else None
