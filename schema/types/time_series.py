"""The statistics of the cluster as time series."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from enum import Enum
from typing import Annotated
from uuid import UUID

import strawberry
from django.utils import timezone
from strawberry import UNSET

from schema.core.relay import BadInputError
from schema.types.events.log import ClusterEvent, event_batch
from tasks_app import models, stats
from tasks_app.log import pages

SECONDS_MIN = 60
SECONDS_MAX = int(stats.RANGE_MAX.total_seconds())
OPERATIONS_MAX = 100


@strawberry.enum(description="What the groups of a time series are.")
class TimeSeriesGrouping(Enum):
    QUEUE = strawberry.enum_value("queue", description="A group for each queue.")
    WORKER_NODE = strawberry.enum_value(
        "node", description="A group for each worker node that still exists."
    )


_SCOPES = {
    TimeSeriesGrouping.QUEUE: stats.Scope.QUEUE,
    TimeSeriesGrouping.WORKER_NODE: stats.Scope.NODE,
}


@strawberry.input(description="A range of time from a start to an end.")
class TimeIntervalInput:
    since: datetime = strawberry.field(
        description=f"The start of the range, at most {SECONDS_MAX // 86_400} days before its end."
    )
    until: datetime = strawberry.field(description="The end of the range, after its start.")


@strawberry.input(description="A range of time: exactly one of these.", one_of=True)
class TimeRangeInput:
    last_seconds: int | None = strawberry.field(
        default=UNSET,
        description=(
            f"A range that ends now, by its length in seconds, {SECONDS_MIN} to {SECONDS_MAX:,}."
        ),
    )
    between: TimeIntervalInput | None = strawberry.field(
        default=UNSET, description="A range with a fixed start and end."
    )

    def to_times(self) -> tuple[datetime, datetime]:
        """Return the start and the end of the range.

        Raises:
            BadInputError: The range is too short or too long.
        """
        if not self.between:
            seconds = self.last_seconds or 0
            if not SECONDS_MIN <= seconds <= SECONDS_MAX:
                raise BadInputError(
                    f"`lastSeconds` must be between {SECONDS_MIN} and {SECONDS_MAX}."
                )
            now = timezone.now()
            return now - timedelta(seconds=seconds), now
        since, until = self.between.since, self.between.until
        if not timedelta(0) < until - since <= stats.RANGE_MAX:
            raise BadInputError(
                f"`until` must be after `since`, and at most {SECONDS_MAX // 86_400} days after it."
            )
        if since >= timezone.now():
            raise BadInputError("`since` must be in the past.")
        return since, until


@strawberry.type(
    description=(
        "Percentiles of a time in milliseconds for each period, accurate to 9 percent. An element"
        " is null if no run ended in its period."
    )
)
class PercentileSeries:
    histograms: strawberry.Private[list[dict[int, int]]]

    @strawberry.field(description="The medians, in milliseconds.")
    def p50(self) -> list[float | None]:
        return self._percentiles(50)

    @strawberry.field(description="The 95th percentiles, in milliseconds.")
    def p95(self) -> list[float | None]:
        return self._percentiles(95)

    @strawberry.field(description="The 99th percentiles, in milliseconds.")
    def p99(self) -> list[float | None]:
        return self._percentiles(99)

    def _percentiles(self, percent: float) -> list[float | None]:
        return [stats.percentile(histogram, percent) for histogram in self.histograms]


@strawberry.type(
    description=(
        "The series of the cluster, a queue or a worker node. Each list has an element for each"
        " period."
    )
)
class TimeSeriesGroup:
    group: strawberry.Private[stats.Group]
    scope: strawberry.Private[stats.Scope]

    name: str | None = strawberry.field(
        description=(
            "The name of the queue or the worker node. Null for the cluster as a whole, and for the"
            " sum of all groups that are not shown."
        )
    )

    @strawberry.field(description="The numbers of runs that succeeded.")
    def succeeded(self) -> list[int]:
        return [ended.succeeded for ended in self.group.ended]

    @strawberry.field(description="The numbers of runs that failed.")
    def failed(self) -> list[int]:
        return [ended.failed for ended in self.group.ended]

    @strawberry.field(description="The numbers of runs that were cancelled.")
    def cancelled(self) -> list[int]:
        return [ended.cancelled for ended in self.group.ended]

    @strawberry.field(
        description=(
            "The numbers of runs that ended per second. The last period counts until now only."
        )
    )
    def per_second(self) -> list[float]:
        return [ended.per_second for ended in self.group.ended]

    @strawberry.field(
        description="The time from when a run was due to when its last attempt started."
    )
    def queue_time(self) -> PercentileSeries:
        return PercentileSeries(histograms=[ended.wait for ended in self.group.ended])

    @strawberry.field(description="The time from the start of a run's last attempt to its end.")
    def run_time(self) -> PercentileSeries:
        return PercentileSeries(histograms=[ended.run for ended in self.group.ended])

    @strawberry.field(
        description=(
            "The mean numbers of pending tasks, whether due or not. An element is null if there was"
            " no sample in its period. All are null for a worker node."
        )
    )
    def pending(self) -> list[float | None]:
        return self._means(lambda gauges: gauges.pending, stats.Scope.NODE)

    @strawberry.field(
        description=(
            "The mean numbers of slots in use. An element is null if there was no sample in its"
            " period. All are null for a queue."
        )
    )
    def busy_slots(self) -> list[float | None]:
        return self._means(lambda gauges: gauges.busy_slots, stats.Scope.QUEUE)

    @strawberry.field(
        description=(
            "The mean numbers of slots of online worker nodes. An element is null if there was no"
            " sample in its period. All are null for a queue."
        )
    )
    def slots(self) -> list[float | None]:
        return self._means(lambda gauges: gauges.slots, stats.Scope.QUEUE)

    def _means(
        self, read: Callable[[stats.Gauges], float], unknown: stats.Scope
    ) -> list[float | None]:
        is_unknown = self.scope == unknown
        return [
            None if gauges is None or is_unknown else read(gauges) for gauges in self.group.gauges
        ]


@strawberry.type(
    description=(
        "Statistics of a range of time, in periods of equal length. The shortest length is chosen"
        " that is kept for the whole range and divides it into at most 720 periods."
    )
)
class TimeSeries:
    since: strawberry.Private[datetime]
    until: strawberry.Private[datetime]

    period_seconds: int = strawberry.field(
        description=(
            "The length of each period in seconds: 10 (kept for 90 minutes), 60 (1 day), 600"
            " (7 days) or 3,600 (31 days)."
        )
    )
    starts: list[datetime] = strawberry.field(
        description="The start of each period, earliest first. The last one may not be over yet."
    )
    groups: list[TimeSeriesGroup] = strawberry.field(
        description=(
            "One group, or one for each queue or worker node: those with the most ended runs first,"
            f" at most {stats.GROUPS_MAX}, and then the sum of all others."
        )
    )

    @strawberry.field(
        description=(
            "What happened to worker nodes and queues in the range, oldest first: the last"
            f" {OPERATIONS_MAX} such events."
        )
    )
    def operations(self) -> list[ClusterEvent]:
        events = pages.operations(self.since, self.until, OPERATIONS_MAX)
        return event_batch(events, pages.head(), caught_up=False).events


Range = Annotated[TimeRangeInput, strawberry.argument(description="The range of time.")]
GroupBy = Annotated[
    TimeSeriesGrouping | None,
    strawberry.argument(
        description="Returns a group for each queue or worker node. Default: one group."
    ),
]
OfQueue = Annotated[
    str | None,
    strawberry.argument(description="Returns only the series of this queue. Default: of all."),
]
OfNode = Annotated[
    str | None,
    strawberry.argument(
        description="Returns only the series of this worker node. Default: of all."
    ),
]


def time_series(
    range: TimeRangeInput,
    group_by: TimeSeriesGrouping | None,
    queue: str | None,
    worker_node: str | None,
) -> TimeSeries:
    """Return the series of the cluster, of its groups, or of one queue or worker node.

    Raises:
        BadInputError: The range is not valid, or more than one choice of groups is given.
    """
    since, until = range.to_times()
    if sum(each is not None for each in (group_by, queue, worker_node)) > 1:
        raise BadInputError("Only one of `groupBy`, `queue` and `workerNode` can be given.")
    scope, key = stats.Scope.CLUSTER, None
    if group_by is not None:
        scope = _SCOPES[group_by]
    elif queue is not None:
        scope, key = stats.Scope.QUEUE, queue
    elif worker_node is not None:
        scope, key = stats.Scope.NODE, _node_key(worker_node)
    found = stats.time_series(since, until, scope, key)
    return TimeSeries(
        since=since,
        until=until,
        period_seconds=found.seconds,
        starts=found.starts,
        groups=_groups(found.groups, scope),
    )


def _node_key(name: str) -> str:
    id = models.WorkerNode.objects.filter(name=name).values_list("pk", flat=True).first()
    return str(id or "")


def _groups(groups: Sequence[stats.Group], scope: stats.Scope) -> list[TimeSeriesGroup]:
    names = {group.key: group.key for group in groups}
    if scope == stats.Scope.NODE:
        nodes = models.WorkerNode.objects.in_bulk([UUID(key) for key in names if key])
        names |= {str(id): node.name for id, node in nodes.items()}
    return [TimeSeriesGroup(group=group, scope=scope, name=names[group.key]) for group in groups]
