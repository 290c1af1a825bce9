"""Queues: what they show, and the mutations that control them."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry
import strawberry_django
from django.db.models import Model
from django.utils import timezone

from schema.core.enums import StatsWindow, TaskStatus
from schema.core.prefetch import Arguments, Loaded, fetch_selected, prefetches
from schema.core.relay import Node, checked_name, described
from schema.types.statistics import StatusCount, TaskStats, Window, stats_of
from tasks_app import models, stats
from tasks_app.access import scopes
from tasks_app.models.queue import WEIGHT_MAX, WEIGHT_MIN
from tasks_app.services import queues
from tasks_app.services.validation import NOTE_MAX_LENGTH

if TYPE_CHECKING:
    from schema.types.tasks.pending import PendingGroup

NOTE = (
    "The reason, for other operators and the event log, at most"
    f" {NOTE_MAX_LENGTH:,} characters. Default empty."
)
RUNNING_LIMIT = (
    "The maximum number of tasks of the queue that run at the same time in the cluster, 1 to"
    f" {queues.LIMIT_MAX:,}. Null for no limit."
)
WEIGHT = (
    "The queue's part of the slots, relative to other queues, in the scheduling policy"
    f" `FAIR_SHARE`, {WEIGHT_MIN} to {WEIGHT_MAX:,.0f}. It is rounded to thousandths."
)
START_RATE = (
    "How many tasks of the queue start in a period, in the whole cluster. A new or changed start"
    " rate begins with a full burst."
)
START_COUNT = "The number of tasks that start in the period"
START_SECONDS = "The period, in seconds"
START_BURST = "The number of tasks that may start at once after a pause"
NAME = "The name of the queue."

loaded_groups = Loaded[list["PendingGroup"]]("pendingGroups")
_counts = Loaded[dict[str, int]]("statusCounts")


@strawberry.type(description="How many tasks of a queue start in a period, in the whole cluster.")
class StartRate:
    count: int = strawberry.field(description=f"{START_COUNT}.")
    per_seconds: int = strawberry.field(description=f"{START_SECONDS}.")
    burst: int = strawberry.field(description=f"{START_BURST}.")


@strawberry_django.type(models.Queue, description="A queue of tasks.")
class Queue(Node):
    name: str = described(NAME)
    paused_at: datetime | None = described(
        "The time at which the queue was paused. Null if it is not paused."
    )
    paused_by: str = described(
        "The name of the actor who paused the queue. Empty if it is unknown or not paused."
    )
    pause_note: str = described("The reason for the pause. Empty if none was given.")
    running_limit: int | None = described(RUNNING_LIMIT)
    weight: float = described(WEIGHT)
    created_at: datetime = described("The time at which the queue was created.")

    @strawberry.field(description=f"{START_RATE} Null for no limit.")
    def start_rate(self: models.Queue) -> StartRate | None:
        rate = queues.start_rate_of(self)
        if rate is None:
            return None
        return StartRate(
            count=rate.count, per_seconds=rate.per_seconds, burst=rate.burst or rate.count
        )

    @strawberry.field(
        description=(
            "The time before which the start rate lets no task of the queue start. Null if it lets"
            " one start now, and without a start rate."
        )
    )
    def next_start_at(self: models.Queue) -> datetime | None:
        at = self.next_start_at
        return at if at is not None and at > timezone.now() else None

    @strawberry.field(description="Whether the queue is paused. No task of a paused queue starts.")
    def paused(self: models.Queue) -> bool:
        return self.paused_at is not None

    @strawberry.field(description="The number of the queue's tasks in each status.")
    def status_counts(self: models.Queue) -> list[StatusCount]:
        counts = _counts.of(self)
        return [StatusCount(status=status, count=counts.get(status, 0)) for status in TaskStatus]

    @strawberry.field(
        description=(
            "The due tasks of the queue, grouped by the number of slots that they need, with the"
            " reason for which the first task of each group is pending."
        )
    )
    def pending_groups(
        self: models.Queue,
    ) -> list[Annotated["PendingGroup", strawberry.lazy("schema.types.tasks.pending")]]:
        return loaded_groups.of(self)

    @strawberry.field(description="Statistics of the queue's runs that ended recently.")
    def stats(self: models.Queue, window: Window = StatsWindow.MINUTE) -> TaskStats:
        return stats_of(self, window)


@prefetches(models.Queue, "statusCounts")
def _load_counts(rows: Sequence[models.Queue], arguments: Arguments) -> Iterable[Model]:
    counts = stats.task_counts()
    for row in rows:
        own = {status: count for (name, status), count in counts.items() if name == row.name}
        _counts.set(row, own)
    return []


@strawberry.type
class QueueQueries:
    @strawberry_django.field(description="All queues, ordered by name.")
    def queues(self, info: strawberry.Info) -> list[Queue]:
        return fetch_selected(info, scopes.visible(models.Queue.objects.order_by("name")))

    @strawberry_django.field(description="The queue with this name. Null if it does not exist.")
    def queue(
        self,
        info: strawberry.Info,
        name: Annotated[str, strawberry.argument(description=NAME)],
    ) -> Queue | None:
        found = scopes.visible(models.Queue.objects.filter(name=checked_name(name, "name")))
        return next(iter(fetch_selected(info, found)), None)
