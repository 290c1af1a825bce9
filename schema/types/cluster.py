"""The cluster as a whole: counts, statistics, nodes, queues and what needs attention."""

import strawberry
import strawberry_django
from django.utils import timezone

from schema.core.enums import StatsWindow, TaskStatus
from schema.core.prefetch import fetch_selected
from schema.types.attention import AttentionItem, attention_items
from schema.types.nodes.types import WorkerNode
from schema.types.queues.types import Queue
from schema.types.scheduling import ClusterScheduling
from schema.types.statistics import StatusCount, TaskStats, Window
from schema.types.time_series import (
    GroupBy,
    OfNode,
    OfQueue,
    Range,
    TimeSeries,
    time_series,
)
from tasks_app import models, stats
from tasks_app.log import pages
from tasks_app.services import scheduling
from tasks_app.sql import due


@strawberry.type(
    description="The cluster as a whole. Each field is read from the database on its own."
)
class Cluster:
    @strawberry.field(description="The number of tasks in each status.")
    def status_counts(self) -> list[StatusCount]:
        counts = dict.fromkeys(TaskStatus, 0)
        for (_, status), count in stats.task_counts().items():
            counts[TaskStatus(status)] += count
        return [StatusCount(status=status, count=count) for status, count in counts.items()]

    @strawberry.field(description="Statistics of all runs that ended recently.")
    def stats(self, window: Window = StatsWindow.MINUTE) -> TaskStats:
        return TaskStats.of(stats.cluster_stats(window))

    @strawberry.field(
        description=(
            "How long the oldest due task has been pending, in milliseconds. Null if no task is"
            " due."
        )
    )
    def oldest_pending_ms(self) -> int | None:
        since = due.oldest()
        return since and max(0, round((timezone.now() - since).total_seconds() * 1000))

    @strawberry.field(
        description=(
            "Statistics as time series: ended runs, queue times, run times, pending tasks and slots"
            " in use."
        )
    )
    def time_series(
        self,
        range: Range,
        group_by: GroupBy = None,
        queue: OfQueue = None,
        worker_node: OfNode = None,
    ) -> TimeSeries:
        return time_series(range, group_by, queue, worker_node)

    @strawberry.field(
        description=(
            "What needs an operator's attention, in the order of the kinds. Empty if nothing does."
        )
    )
    def attention(self) -> list[AttentionItem]:
        return attention_items()

    @strawberry.field(description="The policy by which all worker nodes claim tasks.")
    def scheduling_policy(self) -> ClusterScheduling:
        return ClusterScheduling.of(scheduling.get())

    @strawberry.field(description="All queues, ordered by name.")
    def queues(self, info: strawberry.Info) -> list[Queue]:
        return fetch_selected(info, models.Queue.objects.order_by("name"))

    @strawberry.field(description="All worker nodes, online or offline, ordered by name.")
    def worker_nodes(self, info: strawberry.Info) -> list[WorkerNode]:
        return fetch_selected(info, models.WorkerNode.objects.order_by("name"))

    @strawberry.field(
        description=(
            "The position of the event log now. A subscription that starts after it misses no later"
            " change."
        )
    )
    def cursor(self) -> str:
        return pages.head().encode()


@strawberry.type
class ClusterQueries:
    @strawberry_django.field(description="The cluster as a whole.")
    def cluster(self) -> Cluster:
        return Cluster()
