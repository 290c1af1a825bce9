"""Events of the log, as subscriptions and queries return them."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Annotated
from uuid import UUID

import strawberry
import strawberry_django

from schema.core.enums import AttentionKind, ClusterEventKind, TaskStatus
from schema.core.prefetch import prefetch_for
from schema.core.relay import BadInputError, check_size, global_id
from schema.types.alerts import Alert
from schema.types.nodes import WorkerNode
from schema.types.tasks.history import TaskChange, change_of
from schema.types.tasks.types import Task
from tasks_app import models
from tasks_app.log import pages
from tasks_app.log.cursor import Cursor
from tasks_app.log.pages import PAGE_EVENTS_MAX, EventRow

EVENT_TASKS_SHOWN_MAX = 10


class Rows:
    """The tasks, worker nodes and alerts of events, loaded together when the first is resolved.

    Of each event it has the tasks that the operation can select.
    """

    def __init__(
        self,
        task_ids: Iterable[Sequence[UUID]],
        node_ids: Iterable[UUID | None],
        alert_ids: Iterable[UUID | None] = (),
    ) -> None:
        self._task_ids = list(task_ids)
        self._node_ids = set(node_ids) - {None}
        self._alert_ids = set(alert_ids) - {None}
        self._tasks: dict[UUID, models.Task] = {}
        self._nodes: dict[UUID, models.WorkerNode] | None = None
        self._alerts: dict[UUID, models.Alert] = {}
        self._loaded: set[str | int] = set()

    def tasks(self, ids: Sequence[UUID], first: int, info: strawberry.Info) -> list[models.Task]:
        """Return the first of these tasks that exist."""
        # Each alias of the field may select something else.
        if info.path.key not in self._loaded:
            wanted = {id for ids in self._task_ids for id in ids[:first]}
            self._tasks |= models.Task.objects.in_bulk(wanted - self._tasks.keys())
            prefetch_for(info, [self._tasks[id] for id in wanted if id in self._tasks])
            self._loaded.add(info.path.key)
        return [self._tasks[id] for id in ids[:first] if id in self._tasks]

    def node(self, id: UUID | None) -> models.WorkerNode | None:
        if self._nodes is None:
            self._nodes = models.WorkerNode.objects.in_bulk(self._node_ids)
        return self._nodes.get(id) if id else None

    def alert(self, id: UUID | None, info: strawberry.Info) -> models.Alert | None:
        if id and info.path.key not in self._loaded:
            self._alerts |= models.Alert.objects.in_bulk(self._alert_ids - self._alerts.keys())
            prefetch_for(info, list(self._alerts.values()))
            self._loaded.add(info.path.key)
        return self._alerts.get(id) if id else None


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


@strawberry.type(
    description=(
        "An event of the log: a change of one object, or the same change of many tasks in one"
        " transaction. The elements of `taskIds`, `versions` and `attempts` at the same index"
        " belong together."
    )
)
class ClusterEvent:
    cursor: str = strawberry.field(description="The opaque position of the event in the log.")
    kind: ClusterEventKind = strawberry.field(description="The kind of the event.")
    at: datetime = strawberry.field(description="The time of the event.")
    actor: str | None = strawberry.field(
        description=(
            "The name of the user or token that caused the event. Null if the cluster itself did."
        )
    )
    token_id: UUID | None = strawberry.field(
        description=("The UUID of the API token that was used. Null if none was.")
    )
    message: str | None = strawberry.field(
        description=("The reason for the event. Null if there is none to give.")
    )
    queue: str | None = strawberry.field(
        description=(
            "The name of the queue of the tasks, or of the queue that changed. Null if the event"
            " concerns no queue."
        )
    )
    previous_status: TaskStatus | None = strawberry.field(
        description=(
            "The status of the tasks before the event. Null if they were created, and if the event"
            " concerns no tasks."
        )
    )
    status: TaskStatus | None = strawberry.field(
        description=(
            "The status of the tasks after the event. Null if they were deleted, and if the event"
            " concerns no tasks."
        )
    )
    task_ids: list[strawberry.ID] = strawberry.field(
        description="The global IDs of the tasks that changed. Empty if none did."
    )
    task_count: int = strawberry.field(description="The number of tasks that changed.")
    versions: list[int] = strawberry.field(description="The versions of the tasks after the event.")
    attempts: list[int] = strawberry.field(
        description=("The numbers of attempts that the tasks' runs had started after the event.")
    )
    schedule_ids: list[strawberry.ID] = strawberry.field(
        description="The global IDs of the schedules that changed. Empty if none did."
    )
    backfill_ids: list[strawberry.ID] = strawberry.field(
        description=("The global IDs of the backfills.")
    )
    alert_kind: AttentionKind | None = strawberry.field(
        description="The kind of the alert, or of the rule for alerts. Null for other events."
    )
    keys: strawberry.Private[Sequence[UUID]]
    node_id: strawberry.Private[UUID | None]
    alert_id: strawberry.Private[UUID | None]
    rows: strawberry.Private[Rows]

    @strawberry.field(
        description="The first tasks of the event as they are now, without those that were deleted."
    )
    def tasks(
        self,
        info: strawberry.Info,
        first: Annotated[
            int,
            strawberry.argument(
                description=(f"Returns the first n tasks, 0 to {EVENT_TASKS_SHOWN_MAX}. Default 1.")
            ),
        ] = 1,
    ) -> list[Task]:
        check_size("first", first, EVENT_TASKS_SHOWN_MAX)
        return self.rows.tasks(self.keys, first, info)

    @strawberry.field(
        description=(
            "The worker node that caused the event, or that changed. Null if the event concerns no"
            " worker node, and if the worker node was removed."
        )
    )
    def worker_node(self) -> WorkerNode | None:
        return self.rows.node(self.node_id)

    @strawberry.field(
        description=(
            "The alert that was opened or resolved, as it is now. Null if the event concerns no"
            " alert, and if the alert was deleted."
        )
    )
    def alert(self, info: strawberry.Info) -> Alert | None:
        return self.rows.alert(self.alert_id, info)


@strawberry.type(description="Consecutive events of the log.")
class EventBatch:
    events: list[ClusterEvent] = strawberry.field(
        description=("The events, oldest first. May be empty.")
    )
    cursor: str = strawberry.field(
        description=("The position after the events, from which a client can resume.")
    )
    caught_up: bool = strawberry.field(description="Whether the log had no later events.")


@strawberry.type(description="A message that shows that a stream without events is alive.")
class StreamHeartbeat:
    at: datetime = strawberry.field(description="The time at which the heartbeat was sent.")
    cursor: str = strawberry.field(
        description=("The position in the log, from which a client can resume.")
    )


@strawberry.type(
    description=(
        "A message that the log no longer contains all events after the given cursor. The client"
        " has to read the state again. The stream continues from the gap's cursor."
    )
)
class StreamGap:
    cursor: str = strawberry.field(description="The position from which the stream continues.")


ClusterEventMessage = Annotated[
    EventBatch | StreamHeartbeat | StreamGap,
    strawberry.union("ClusterEventMessage", description="A message of the stream of events."),
]


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


def parse_cursor(name: str, text: str) -> Cursor:
    """Return the cursor in an argument.

    Raises:
        BadInputError: It is not a cursor of the log.
    """
    try:
        return Cursor.decode(text)
    except ValueError as error:
        raise BadInputError(f"`{name}` must be a cursor of the event log.") from error


def event_batch(events: Sequence[EventRow], cursor: Cursor, *, caught_up: bool) -> EventBatch:
    """Return events with the position after them."""
    rows = Rows(
        (event.task_ids for event in events),
        (event.node_id for event in events),
        (event.alert_id for event in events),
    )
    found = [_event(event, rows) for event in events]
    return EventBatch(events=found, cursor=cursor.encode(), caught_up=caught_up)


def _event(event: EventRow, rows: Rows) -> ClusterEvent:
    return ClusterEvent(
        cursor=event.end.encode(),
        kind=ClusterEventKind(event.kind),
        at=event.at,
        actor=event.actor or None,
        token_id=event.token_id,
        message=event.message or None,
        queue=event.queue or None,
        previous_status=_status(event.previous_status),
        status=_status(event.status),
        task_ids=[global_id("Task", id) for id in event.task_ids],
        task_count=len(event.task_ids),
        versions=event.versions,
        attempts=event.attempts,
        schedule_ids=[global_id("TaskSchedule", id) for id in event.schedule_ids],
        backfill_ids=[global_id("Backfill", id) for id in event.backfill_ids],
        alert_kind=AttentionKind(event.alert_kind) if event.alert_kind else None,
        keys=event.task_ids,
        node_id=event.node_id,
        alert_id=event.alert_id,
        rows=rows,
    )


def _status(name: str) -> TaskStatus | None:
    return TaskStatus(name) if name else None


@strawberry.type
class EventQueries:
    @strawberry_django.field(
        description=(
            "The last events of the log, or the last ones before a cursor, oldest first. The"
            " subscription `clusterEvents` continues from their cursor."
        )
    )
    def cluster_events(
        self,
        before: Annotated[
            str | None,
            strawberry.argument(
                description="Returns events before this cursor. Default: the end of the log."
            ),
        ] = None,
        count: Annotated[
            int,
            strawberry.argument(
                description=f"The number of events, 1 to {PAGE_EVENTS_MAX}. Default 50."
            ),
        ] = 50,
        kinds: Annotated[
            list[ClusterEventKind] | None,
            strawberry.argument(description="Returns events of these kinds. Default all."),
        ] = None,
    ) -> EventBatch:
        if not 1 <= count <= PAGE_EVENTS_MAX:
            raise BadInputError(f"`count` must be between 1 and {PAGE_EVENTS_MAX}.")
        end = pages.head() if before is None else parse_cursor("before", before)
        return event_batch(pages.read_back(end, count, kinds), end, caught_up=before is None)
