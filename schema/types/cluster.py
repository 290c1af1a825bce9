"""The cluster as a whole: counts and rates."""

from datetime import datetime, timedelta

import strawberry
from django.utils import timezone

from schema.core.enums import StatsWindow, TaskStatus
from schema.core.prefetch import fetch_selected
from schema.core.relay import BadInputError
from schema.types.attention import AttentionItem, attention_items
from schema.types.nodes import (
    Queue,
    StatusCount,
    TaskStats,
    Window,
    WorkerNode,
)
from tasks_app import models, stats
from tasks_app.log import events
from tasks_app.sql import claims

RATE_MINUTES = 60


@strawberry.type(description="What was finished within a minute.")
class MinuteCount:
    at: datetime = strawberry.field(description="When the minute began.")
    count: int = strawberry.field(description="How many tasks reached an end in it.")


@strawberry.type(description="What reached an end within a span of time.")
class StatsPoint:
    at: datetime = strawberry.field(description="When the span began.")
    load: TaskStats = strawberry.field(
        description="What reached an end in it, as far as it has come."
    )


@strawberry.type(description="The cluster as a whole. Each field is a query of its own.")
class Cluster:
    @strawberry.field(description="How many tasks stand where; each status is there.")
    def status_counts(self) -> list[StatusCount]:
        counts = dict.fromkeys(TaskStatus, 0)
        for (_, status), count in stats.task_counts().items():
            counts[TaskStatus(status)] += count
        return [StatusCount(status=status, count=count) for status, count in counts.items()]

    @strawberry.field(
        description="Tasks that reached an end, by minute over the last hour; empty minutes too."
    )
    def finished_per_minute(self) -> list[MinuteCount]:
        this_minute = timezone.now().replace(second=0, microsecond=0)
        minutes = [this_minute - timedelta(minutes=n) for n in reversed(range(RATE_MINUTES))]
        counts = stats.finished_per_minute_since(minutes[0])
        return [MinuteCount(at=minute, count=counts.get(minute, 0)) for minute in minutes]

    @strawberry.field(description="What reached an end lately, in all queues.")
    def load(self, window: Window = StatsWindow.MINUTE) -> TaskStats:
        return TaskStats.of(stats.sum_of(stats.queue_stats(window).values()))

    @strawberry.field(description="How long the oldest due task has been pending, in milliseconds.")
    def oldest_pending_ms(self) -> int | None:
        since = claims.oldest_due()
        return since and max(0, round((timezone.now() - since).total_seconds() * 1000))

    @strawberry.field(
        description="The same by spans of ten seconds, for an hour of a minute; empty spans too."
    )
    def spans(self, window: Window = StatsWindow.FIVE_MINUTES) -> list[StatsPoint]:
        if window == StatsWindow.ALL_TIME:
            raise BadInputError("`window`: all time is not kept in spans.")
        return [
            StatsPoint(at=at, load=TaskStats.of(load)) for at, load in stats.history(window).items()
        ]

    @strawberry.field(
        description=(
            "What needs an operator's attention, in the order of the kinds. Empty if nothing does."
        )
    )
    def attention(self) -> list[AttentionItem]:
        return attention_items()

    @strawberry.field(description="All queues, by name.")
    def queues(self, info: strawberry.Info) -> list[Queue]:
        return fetch_selected(info, models.Queue.objects.order_by("name"))

    @strawberry.field(description="All worker nodes that ever joined, by name.")
    def worker_nodes(self, info: strawberry.Info) -> list[WorkerNode]:
        return fetch_selected(info, models.WorkerNode.objects.order_by("name"))

    @strawberry.field(description="Where the log stands. What changes afterwards comes after it.")
    def cursor(self) -> str:
        return events.head().encode()
