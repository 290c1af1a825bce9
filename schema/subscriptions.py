"""Subscription: what is pushed."""

from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

import strawberry
from graphql import GraphQLError

from schema.core.enums import ClusterEventKind, TaskStatus
from schema.core.relay import BadInputError, parse_id
from schema.execution.broadcast import Item, Watch
from schema.execution.executor import run_in_thread
from schema.execution.polling import ClusterPolling
from schema.types.cluster import Cluster
from schema.types.events import (
    ClusterEventMessage,
    EventBatch,
    StreamGap,
    StreamHeartbeat,
    TaskStatusChange,
    event_batch,
    parse_cursor,
    present_states,
    status_changes,
)
from schema.types.task_filter import IDS_MAX
from tasks_app import models
from tasks_app.log import events
from tasks_app.log.events import Cursor, GapError, Page
from tasks_app.log.reader import log_reader

EVERY_MS_DEFAULT, EVERY_MS_MIN, EVERY_MS_MAX = 1_000, 250, 60_000

After = Annotated[
    str | None,
    strawberry.argument(
        description=(
            "A cursor of the log, of a query or of this subscription: what comes after it is told,"
            " all of it and once. From now on, if left out."
        )
    ),
]


@strawberry.input(description="Whose changes. All that is given must hold.")
class TaskChangeWhere:
    ids: list[strawberry.ID] | None = strawberry.field(
        default=None, description=f"Of one of these tasks, at most {IDS_MAX}."
    )
    schedule_id: strawberry.ID | None = strawberry.field(
        default=None, description="Of the task of this schedule."
    )
    statuses: list[TaskStatus] | None = strawberry.field(
        default=None, description="To one of these statuses."
    )
    queue: str | None = strawberry.field(
        default=None, description="Of tasks in the queue of this name."
    )


@strawberry.type(description="What is pushed, over WebSocket or as server-sent events.")
class Subscription:
    @strawberry.subscription(
        description=(
            "Each change of each to_q task, in order. With ids or scheduleId and without a"
            " cursor it begins with where those tasks stand. A cursor that is older than what is"
            " kept of the log ends it with an error, code STREAM_GAP."
        )
    )
    async def task_status_changed(
        self,
        where: Annotated[
            TaskChangeWhere | None, strawberry.argument(description="Whose; all if left out.")
        ] = None,
        after: After = None,
    ) -> AsyncIterator[TaskStatusChange]:
        where = where or TaskChangeWhere()
        task_ids = await run_in_thread(lambda: _task_ids(where))
        return TaskWatch(where, task_ids, _cursor(after))

    @strawberry.subscription(
        description=(
            "The log of the cluster: what happened to anything, in batches. The first batch is"
            " empty and tells the place from which it goes on."
        )
    )
    async def cluster_events(
        self,
        after: After = None,
        kinds: Annotated[
            list[ClusterEventKind] | None,
            strawberry.argument(description="Only lines of these kinds."),
        ] = None,
    ) -> AsyncIterator[ClusterEventMessage]:
        return LogWatch(None if kinds is None else frozenset(kinds), _cursor(after))

    @strawberry.subscription(
        description="Counts and rates of the cluster: at once, and whenever they have changed."
    )
    async def cluster(
        self,
        every_ms: Annotated[
            int,
            strawberry.argument(
                description=f"Told at most this often, {EVERY_MS_MIN} to {EVERY_MS_MAX}."
            ),
        ] = EVERY_MS_DEFAULT,
    ) -> AsyncIterator[Cluster]:
        if not EVERY_MS_MIN <= every_ms <= EVERY_MS_MAX:
            raise BadInputError(f"`everyMs` is from {EVERY_MS_MIN} to {EVERY_MS_MAX}.")
        return ClusterPolling(every_ms)


def _cursor(after: str | None) -> Cursor | None:
    return None if after is None else parse_cursor("after", after)


def _task_ids(where: TaskChangeWhere) -> frozenset[UUID] | None:
    if where.ids is not None and len(where.ids) > IDS_MAX:
        raise BadInputError(f"`ids` has more than {IDS_MAX}.")
    ids = None if where.ids is None else frozenset(parse_id(id, "Task") for id in where.ids)
    if where.schedule_id is None:
        return ids
    schedule_id = parse_id(where.schedule_id, "TaskSchedule")
    task = models.Task.objects.filter(schedule=schedule_id).first()
    if task is None:
        raise BadInputError("`scheduleId`: there is no such schedule.")
    return frozenset([task.pk]) if ids is None else ids & {task.pk}


class TaskWatch(Watch):
    """The changes of tasks, one by one."""

    kind = "tasks"

    def __init__(
        self, where: TaskChangeWhere, task_ids: frozenset[UUID] | None, after: Cursor | None
    ) -> None:
        self.task_ids = task_ids
        self._after = after
        self._statuses = None if where.statuses is None else frozenset(where.statuses)
        self._queue = where.queue
        # Of each task that was told of at the beginning, the version in which it was.
        self._told: dict[UUID, int] = {}

    async def begin(self) -> tuple[Cursor, list[Any]]:
        if self._after:
            try:
                await log_reader.verify(self._after)
            except GapError as gap:
                raise GraphQLError(
                    "The log does not go back to this cursor: read the state anew.",
                    extensions={"code": "STREAM_GAP", "cursor": gap.resume.encode()},
                ) from gap
            return self._after, []
        # First the place, then the state: what happens in between is not lost but known.
        cursor = await log_reader.head()
        if self.task_ids is None:
            return cursor, []
        tasks = await run_in_thread(lambda: list(models.Task.objects.filter(pk__in=self.task_ids)))
        self._told = {task.pk: task.version for task in tasks}
        to_q = [task for task in tasks if self._matches(task.status, task.queue_id)]
        return cursor, present_states(to_q, cursor)

    def items(self, page: Page, after: Cursor) -> list[Item]:
        return list(_changes(page, after))

    def wants(self, item: Item) -> bool:
        line, index = item.source
        return (
            (self.task_ids is None or item.task_id in self.task_ids)
            and self._matches(line.status, line.queue)
            and line.versions[index] > self._told.get(line.task_ids[index], 0)
        )

    def payloads(self, items: Sequence[Item]) -> list[Any]:
        return status_changes([item.source for item in items])

    def _matches(self, status: str, queue: str) -> bool:
        return (self._statuses is None or status in self._statuses) and (
            self._queue is None or queue == self._queue
        )


def _changes(page: Page, after: Cursor) -> Iterator[Item]:
    for line in page.lines:
        if not line.status:
            continue  # the tasks are gone, and stand nowhere
        seen = after.seen if line.end[:2] == after[:2] else 0
        for index in range(seen, len(line.task_ids)):
            yield Item(events.cursor_after(line, index), (line, index), line.task_ids[index])


class LogWatch(Watch):
    """The lines of the log, in batches."""

    has_heartbeats = True

    def __init__(self, kinds: frozenset[str] | None, after: Cursor | None) -> None:
        self.kind = ("log", kinds)
        self._kinds = kinds
        self._after = after

    async def begin(self) -> tuple[Cursor, list[Any]]:
        if self._after is None:
            cursor = await log_reader.head()
            return cursor, [event_batch([], cursor, caught_up=True)]
        try:
            await log_reader.verify(self._after)
        except GapError as gap:
            resume = gap.resume
            return resume, [
                StreamGap(cursor=resume.encode()),
                event_batch([], resume, caught_up=False),
            ]
        return self._after, [event_batch([], self._after, caught_up=False)]

    def items(self, page: Page, after: Cursor) -> list[Item]:
        lines = [
            line
            for line in page.lines
            if line.end > after and (self._kinds is None or line.kind in self._kinds)
        ]
        return [Item(page.cursor, (lines, page.is_last))] if lines else []

    def payloads(self, items: Sequence[Item]) -> list[EventBatch]:
        return [
            event_batch(lines, item.cursor, caught_up=is_last)
            for item in items
            for lines, is_last in [item.source]
        ]

    def trimmed(self, item: Item, after: Cursor) -> Item:
        lines, is_last = item.source
        if lines[0].end > after:
            return item
        return item._replace(source=([line for line in lines if line.end > after], is_last))

    def heartbeat(self, cursor: Cursor) -> StreamHeartbeat:
        return StreamHeartbeat(at=datetime.now(UTC), cursor=cursor.encode())
