"""Statistics of runs that ended within a period."""

from collections.abc import Iterable, Sequence
from typing import Annotated, Any

import strawberry
from django.db.models import Model

from schema.core.enums import StatsWindow, TaskStatus
from schema.core.prefetch import Arguments, prefetches
from tasks_app import models, stats

Measured = models.Queue | models.WorkerNode
Window = Annotated[
    StatsWindow, strawberry.argument(description="The period before now. Default `MINUTE`.")
]


@strawberry.type(description="The number of tasks that have a status.")
class StatusCount:
    status: TaskStatus = strawberry.field(description="The status of the tasks.")
    count: int = strawberry.field(description="The number of tasks that have the status.")


@strawberry.type(
    description=(
        "Percentiles of a time in milliseconds, accurate to 9 percent. Null if there are no values."
    )
)
class Percentiles:
    histogram: strawberry.Private[dict[int, int]]

    @strawberry.field(description="The median, in milliseconds. Null if there are no values.")
    def p50(self) -> float | None:
        return stats.percentile(self.histogram, 50)

    @strawberry.field(
        description="The 95th percentile, in milliseconds. Null if there are no values."
    )
    def p95(self) -> float | None:
        return stats.percentile(self.histogram, 95)

    @strawberry.field(
        description="The 99th percentile, in milliseconds. Null if there are no values."
    )
    def p99(self) -> float | None:
        return stats.percentile(self.histogram, 99)


@strawberry.type(description="Statistics of the runs that ended within a period.")
class TaskStats:
    succeeded: int = strawberry.field(description="The number of runs that succeeded.")
    failed: int = strawberry.field(description="The number of runs that failed.")
    cancelled: int = strawberry.field(description="The number of runs that were cancelled.")
    per_second: float = strawberry.field(
        description="The number of runs that ended per second. Zero for `ALL_TIME`."
    )
    queue_time: Percentiles = strawberry.field(
        description=(
            "Percentiles of the time from when a run was due to when its last attempt started."
        )
    )
    run_time: Percentiles = strawberry.field(
        description="Percentiles of the time from the start of a run's last attempt to its end."
    )
    total_time: Percentiles = strawberry.field(
        description="Percentiles of the time from when a run was due to its end."
    )

    @classmethod
    def of(cls, counted: stats.TaskStats) -> "TaskStats":
        """Return what the application counted, as the API shows it."""
        return cls(
            succeeded=counted.succeeded,
            failed=counted.failed,
            cancelled=counted.cancelled,
            per_second=counted.per_second,
            queue_time=Percentiles(histogram=counted.wait),
            run_time=Percentiles(histogram=counted.run),
            total_time=Percentiles(histogram=counted.total),
        )


def stats_of(row: Measured, window: StatsWindow) -> TaskStats:
    """Return the statistics of a queue or a worker node."""
    loaded: dict[str, stats.TaskStats] = vars(row).setdefault("loaded_stats", {})
    if window.name not in loaded:
        _load_stats([row], {"window": window.name})
    return TaskStats.of(loaded[window.name])


@prefetches(models.Queue, "stats")
@prefetches(models.WorkerNode, "stats")
def _load_stats(rows: Sequence[Measured], arguments: Arguments) -> Iterable[Model]:
    # The value in the document, which may not be one of the enum.
    name = str(arguments.get("window", StatsWindow.MINUTE.name))
    if name in stats.Window.__members__:
        window = stats.Window[name]
        found: dict[Any, stats.TaskStats] = (
            stats.queue_stats(window)
            if isinstance(rows[0], models.Queue)
            else stats.node_stats(window)
        )
        for row in rows:
            key = row.name if isinstance(row, models.Queue) else row.pk
            vars(row).setdefault("loaded_stats", {})[name] = found.get(key, stats.TaskStats())
    return []
