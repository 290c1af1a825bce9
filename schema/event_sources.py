"""The sources of the subscriptions to the log: changes of tasks, and events in batches."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from uuid import UUID

import strawberry
from django.db.models import Q
from graphql import GraphQLError

from schema.core.enums import TaskStatus
from schema.core.relay import BadInputError, parse_id
from schema.execution.broadcast import Item, Watch
from schema.execution.executor import run_in_thread
from schema.types.events.log import EventBatch, StreamGap, StreamHeartbeat, event_batch
from schema.types.events.status_changes import present_states, status_changes
from schema.types.tasks.filters import IDS_MAX
from tasks_app import models
from tasks_app.access import scopes
from tasks_app.log import pages
from tasks_app.log.cursor import Cursor, GapError
from tasks_app.log.pages import EventRow, Page
from tasks_app.log.reader import log_reader
from tasks_app.models.task import is_run_of


@strawberry.input(
    description="A condition on changes of tasks. A change matches if it matches every given field."
)
class TaskChangeWhere:
    ids: list[strawberry.ID] | None = strawberry.field(
        default=None,
        description=f"Matches tasks with one of these global IDs or UUIDs, at most {IDS_MAX:,}.",
    )
    schedule_id: strawberry.ID | None = strawberry.field(
        default=None,
        description=(
            "Matches the task of the schedule with this global ID or UUID, and those of its"
            " overlapping runs and its backfills."
        ),
    )
    statuses: list[TaskStatus] | None = strawberry.field(
        default=None, description="Matches changes to one of these statuses."
    )
    queue: str | None = strawberry.field(
        default=None, description="Matches tasks of the queue with this name."
    )

    def task_ids(self) -> frozenset[UUID] | None:
        """Return the keys of the tasks that `ids` allows; None for all.

        Raises:
            BadInputError: An ID is not valid.
        """
        if self.ids is not None and len(self.ids) > IDS_MAX:
            raise BadInputError(f"`ids` must not have more than {IDS_MAX:,} elements.")
        return None if self.ids is None else frozenset(parse_id(id, "Task") for id in self.ids)

    def schedule_key(self) -> UUID | None:
        """Return the key of the schedule; None for tasks of all schedules and of none.

        Raises:
            BadInputError: The ID is not valid, or the schedule does not exist.
        """
        if self.schedule_id is None:
            return None
        key = parse_id(self.schedule_id, "TaskSchedule")
        if not scopes.visible(models.Task.objects.filter(schedule=key)).exists():
            raise BadInputError("`scheduleId` does not identify an existing schedule.")
        return key


class TaskWatch(Watch):
    """The changes of tasks, one by one."""

    kind = "tasks"

    def __init__(self, where: TaskChangeWhere, after: Cursor | None) -> None:
        scope = scopes.task_filter()
        ids = [ids for ids in (where.task_ids(), scope.task_ids) if ids is not None]
        self.task_ids = frozenset.intersection(*ids) if ids else None
        self._schedules = {key for key in (where.schedule_key(), scope.schedule_id) if key}
        self.schedule_id = next(iter(self._schedules), None)
        self._queues = {name for name in (where.queue, scope.queue) if name is not None}
        self._statuses = None if where.statuses is None else frozenset(where.statuses)
        self._after = after
        # The version of each task whose state was sent at the beginning.
        self._sent: dict[UUID, int] = {}

    async def begin(self) -> tuple[Cursor, Sequence[object]]:
        if self._after:
            try:
                await log_reader.verify(self._after)
            except GapError as gap:
                raise GraphQLError(
                    "The log no longer contains all events after the cursor. Read the state again.",
                    extensions={"code": "STREAM_GAP", "cursor": gap.resume.encode()},
                ) from gap
            return self._after, []
        # The position is read before the state, so that no change in between is missed.
        cursor = await log_reader.head()
        tasks = await run_in_thread(self._present)
        self._sent = {task.pk: task.version for task in tasks}
        matching = [
            task for task in tasks if self._matches(task.status, task.queue_id, task.run_of_id)
        ]
        return cursor, present_states(matching, cursor)

    def items(self, page: Page, after: Cursor) -> list[Item]:
        return list(_changes(page, after))

    def wants(self, item: Item) -> bool:
        event, index = item.source
        return (
            (self.task_ids is None or item.task_id in self.task_ids)
            and self._matches(event.status, event.queue, item.schedule_id)
            and event.versions[index] > self._sent.get(event.task_ids[index], 0)
        )

    def payloads(self, items: Sequence[Item]) -> Sequence[object]:
        return status_changes([(*item.source, item.coalesced) for item in items])

    def _present(self) -> list[models.Task]:
        """Return the tasks whose state is sent at the beginning: few, of ids or of a schedule."""
        if self.task_ids is not None:
            return list(models.Task.objects.filter(pk__in=self.task_ids))
        if self.schedule_id is None:
            return []
        runs = models.Task.objects.filter(is_run_of(self.schedule_id))
        return list(runs.filter(Q(schedule__isnull=False) | ~Q(status__in=models.Task.TERMINAL)))

    def _matches(self, status: str, queue: str, schedule_id: UUID | None) -> bool:
        return (
            (self._statuses is None or status in self._statuses)
            and self._queues <= {queue}
            and self._schedules <= {schedule_id}
        )


def _changes(page: Page, after: Cursor) -> Iterator[Item]:
    for event in page.events:
        if not event.status:
            continue  # The tasks were deleted.
        seen = after.seen if event.end[:2] == after[:2] else 0
        for index in range(seen, len(event.task_ids)):
            yield Item(
                pages.cursor_after(event, index),
                (event, index),
                event.task_ids[index],
                event.task_schedule_ids[index] if event.task_schedule_ids else None,
            )


class LogWatch(Watch):
    """The events of the log, in batches."""

    has_heartbeats = True

    def __init__(
        self,
        kinds: frozenset[str] | None,
        after: Cursor | None,
        alert_kinds: frozenset[str] | None = None,
    ) -> None:
        self.kind = ("log", kinds, alert_kinds)
        self._kinds = kinds
        # Events about no alert have an empty kind.
        self._alert_kinds = None if alert_kinds is None else alert_kinds | {""}
        self._after = after

    async def begin(self) -> tuple[Cursor, Sequence[object]]:
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
        found = [event for event in page.events if event.end > after and self._selects(event)]
        return [Item(page.cursor, (found, page.is_last))] if found else []

    def _selects(self, event: EventRow) -> bool:
        if self._kinds is not None and event.kind not in self._kinds:
            return False
        return self._alert_kinds is None or event.alert_kind in self._alert_kinds

    def payloads(self, items: Sequence[Item]) -> list[EventBatch]:
        return [
            event_batch(found, item.cursor, caught_up=is_last)
            for item in items
            for found, is_last in [item.source]
        ]

    def trimmed(self, item: Item, after: Cursor) -> Item:
        found, is_last = item.source
        if found[0].end > after:
            return item
        return item._replace(source=([event for event in found if event.end > after], is_last))

    def heartbeat(self, cursor: Cursor) -> StreamHeartbeat:
        return StreamHeartbeat(at=datetime.now(UTC), cursor=cursor.encode())
