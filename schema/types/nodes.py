"""Worker nodes and queues, as they can be read, and what they are loaded with."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import strawberry
import strawberry_django

from schema.core.enums import (
    StatsWindow,
    TaskStatus,
    WorkerNodeConnection,
    WorkerNodeScheduling,
)
from schema.core.prefetch import prefetch_one, prefetches
from schema.core.relay import Node, described
from tasks_app import models, stats
from tasks_app.sql import claims

if TYPE_CHECKING:
    from schema.types.tasks import PendingGroup

Window = Annotated[StatsWindow, strawberry.argument(description="Over how long.")]


@strawberry.type(description="How many tasks stand where.")
class StatusCount:
    status: TaskStatus = strawberry.field(description="The status.")
    count: int = strawberry.field(description="How many tasks have it.")


@strawberry.type(
    description="Milliseconds that so many percent took at most, within 9 %; null of none."
)
class Percentiles:
    histogram: strawberry.Private[dict[int, int]]

    @strawberry.field(description="Half of them.")
    def p50(self) -> float | None:
        return stats.percentile(self.histogram, 50)

    @strawberry.field(description="19 of 20.")
    def p95(self) -> float | None:
        return stats.percentile(self.histogram, 95)

    @strawberry.field(description="99 of 100.")
    def p99(self) -> float | None:
        return stats.percentile(self.histogram, 99)


@strawberry.type(description="What reached an end lately, and how long it took.")
class TaskStats:
    succeeded: int = strawberry.field(description="Runs that stored their sum.")
    failed: int = strawberry.field(description="Runs that ended without a result.")
    cancelled: int = strawberry.field(description="Runs that somebody cancelled.")
    per_second: float = strawberry.field(description="All of these, for each second.")
    wait: Percentiles = strawberry.field(
        description="From when a run could have started to when it did."
    )
    run: Percentiles = strawberry.field(description="From the last start to the end.")
    total: Percentiles = strawberry.field(description="Both.")

    @classmethod
    def of(cls, load: stats.TaskStats) -> "TaskStats":
        return cls(
            succeeded=load.succeeded,
            failed=load.failed,
            cancelled=load.cancelled,
            per_second=load.per_second,
            wait=Percentiles(histogram=load.wait),
            run=Percentiles(histogram=load.run),
            total=Percentiles(histogram=load.total),
        )


@strawberry_django.type(models.Queue, description="A line in which tasks wait.")
class Queue(Node):
    name: str = described("What tasks call it.")
    paused_at: datetime | None = described("Since when no task of it is started.")
    paused_by: str = described("Who paused it, if that is known.")
    pause_note: str = described("Why it was paused.")
    running_limit: int | None = described(
        "How many of its tasks may run at once in the cluster; null for no limit."
    )
    created_at: datetime = described("When it was created.")

    @strawberry.field(description="Whether it is paused.")
    def paused(self: Any) -> bool:
        return self.paused_at is not None

    @strawberry.field(description="How many of its tasks stand where; each status is there.")
    def status_counts(self: Any) -> list[StatusCount]:
        if not hasattr(self, "loaded_counts"):
            _load_counts([self], {})
        counts: dict[str, int] = self.loaded_counts
        return [StatusCount(status=status, count=counts.get(status, 0)) for status in TaskStatus]

    @strawberry.field(
        description="The groups of its due tasks, with the reason for which each is pending."
    )
    def pending_groups(
        self: Any,
    ) -> list[Annotated["PendingGroup", strawberry.lazy("schema.types.tasks")]]:
        if not hasattr(self, "loaded_groups"):
            prefetch_one(self, "pendingGroups")
        return self.loaded_groups

    @strawberry.field(description="What of it reached an end lately.")
    def load(self: Any, window: Window = StatsWindow.MINUTE) -> TaskStats:
        return _load_of(self, window)


@strawberry_django.type(models.WorkerNode, description="A machine of the cluster: a Celery worker.")
class WorkerNode(Node):
    name: str = described("Its Celery node name.")
    host: str = described("The host it runs on.")
    pid: int = described("Its main process there.")
    version: str = described("Of the software it runs.")
    labels: list[str] = described("What it was told to be known by: zone=a.")
    slots: int = described("How much it can do at once.")
    queues: list[str] = described("The queues it takes from while it is active.")
    connection: WorkerNodeConnection = described("Whether it has been heard of lately.")
    heartbeat_at: datetime = described("When it was heard of last.")
    online_since: datetime = described("When its present process joined.")
    lost_at: datetime | None = described(
        "The time at which the node was marked offline because its heartbeats had stopped. Null if"
        " it is online or has stopped by itself."
    )
    scheduling: WorkerNodeScheduling = described("Whether it is to take tasks.")
    scheduling_note: str = described("Why it is not active.")
    scheduling_by: str = described("Who ordered that, if that is known.")
    drain_deadline: datetime | None = described("What still runs then is given to others.")
    desired_slots: int | None = described("How many it was ordered to have; null: as it started.")
    desired_queues: list[str] | None = described(
        "From which it was ordered to take; null: as it started."
    )
    stop_requested_at: datetime | None = described("Since when it is to end its process.")

    @strawberry.field(description="How many of its slots are taken by what it runs.")
    def busy_slots(self: Any) -> int:
        if not hasattr(self, "loaded_busy_slots"):
            _load_busy_slots([self], {})
        return self.loaded_busy_slots

    @strawberry.field(description="What reached an end on it lately.")
    def load(self: Any, window: Window = StatsWindow.MINUTE) -> TaskStats:
        return _load_of(self, window)


def _load_of(row: Any, window: StatsWindow) -> TaskStats:
    if window.name not in getattr(row, "loaded_loads", {}):
        _load_loads([row], {"window": window.name})
    return TaskStats.of(row.loaded_loads[window.name])


@prefetches(models.Queue, "load")
@prefetches(models.WorkerNode, "load")
def _load_loads(rows: Sequence[Any], arguments: dict[str, Any]) -> Iterable[Any]:
    # As it stands in the document: not yet known to be one of them.
    name = str(arguments.get("window", StatsWindow.MINUTE.name))
    if name in stats.Window.__members__:
        window = stats.Window[name]
        loads: dict[Any, stats.TaskStats] = (
            stats.queue_stats(window)
            if isinstance(rows[0], models.Queue)
            else stats.node_stats(window)
        )
        for row in rows:
            key = row.name if isinstance(row, models.Queue) else row.pk
            vars(row).setdefault("loaded_loads", {})[name] = loads.get(key, stats.TaskStats())
    return []


@prefetches(models.Queue, "statusCounts")
def _load_counts(queues: Sequence[Any], arguments: dict[str, Any]) -> Iterable[Any]:
    counts = stats.task_counts()
    for queue in queues:
        queue.loaded_counts = {
            status: count for (name, status), count in counts.items() if name == queue.name
        }
    return []


@prefetches(models.WorkerNode, "busySlots")
def _load_busy_slots(nodes: Sequence[Any], arguments: dict[str, Any]) -> Iterable[Any]:
    busy = claims.busy_slots()
    for node in nodes:
        node.loaded_busy_slots = busy.get(node.pk, 0)
    return []
