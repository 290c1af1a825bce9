"""What a forecast returns."""

from datetime import datetime, timedelta

import strawberry

from schema.core.enums import PendingReason
from tasks_app.services import forecasts
from tasks_app.services.forecasts import ForecastRun as Computed
from tasks_app.simulation.forecast.scenario import SECONDS_MAX, TASKS_MAX, TIMES_MAX

BLOCKED_MAX = 50


@strawberry.type(description="What happens in a queue until the backlog is empty.")
class ForecastQueue:
    name: str = strawberry.field(description="The name of the queue.")
    waiting: int = strawberry.field(
        description="The number of due tasks that can start, at the time of the forecast."
    )
    running: int = strawberry.field(
        description="The number of running tasks, at the time of the forecast."
    )
    started: int = strawberry.field(
        description=(
            "The number of tasks that start, including those that become due before the backlog is"
            " empty."
        )
    )
    expired: int = strawberry.field(
        description="The number of due tasks that expire before they start."
    )
    last_start_at: datetime | None = strawberry.field(
        description="The time at which the last task starts. Null if no task starts."
    )
    last_end_at: datetime | None = strawberry.field(
        description="The time at which the last task ends. Null if no task ends."
    )
    wait_p50_ms: int | None = strawberry.field(
        description=(
            "The median time from when a task is due to its start, in milliseconds. Null if no task"
            " starts."
        )
    )
    wait_p95_ms: int | None = strawberry.field(
        description=(
            "The 95th percentile of the time from when a task is due to its start, in milliseconds."
            " Null if no task starts."
        )
    )


@strawberry.type(description="How a worker node is used until the backlog is empty.")
class ForecastNode:
    name: str = strawberry.field(description="The name of the worker node.")
    slots: int = strawberry.field(description="The number of slots of the worker node.")
    claims: bool = strawberry.field(
        description="Whether the worker node claims tasks: it is online and active."
    )
    utilization: float | None = strawberry.field(
        description=(
            "The share of the worker node's slots that running tasks occupy on average until the"
            " backlog is empty, 0 to 1. Null if the backlog is empty already."
        )
    )


@strawberry.type(
    description="Due tasks of a queue that need the same number of slots, and never start."
)
class ForecastBlockedGroup:
    queue: str = strawberry.field(description="The name of the queue.")
    slots: int = strawberry.field(description="The number of slots that each of the tasks needs.")
    count: int = strawberry.field(description="The number of the tasks.")
    reason: PendingReason = strawberry.field(
        description="The reason for which the tasks never start, for programs."
    )
    message: str = strawberry.field(description="The reason in a sentence, for people.")


@strawberry.type(description="The forecast of one state of the cluster.")
class ForecastRun:
    finished_at: datetime | None = strawberry.field(
        description=(
            "The time at which the backlog is empty: no task is running, and none is due that can"
            " start. Null if the forecast was cut."
        )
    )
    ends_at: datetime = strawberry.field(
        description="The time at which the forecast ends: `finishedAt`, or where it was cut."
    )
    is_cut: bool = strawberry.field(
        description=(
            f"Whether a limit was reached: {TASKS_MAX:,} waiting tasks, or"
            f" {SECONDS_MAX:.0f} seconds of simulation."
        )
    )
    backlog: list[int] = strawberry.field(
        description="The number of tasks that are due or running, at each of the forecast's times."
    )
    queues: list[ForecastQueue] = strawberry.field(
        description="The queues that have tasks, ordered by name."
    )
    nodes: list[ForecastNode] = strawberry.field(description="The worker nodes, ordered by name.")
    blocked: list[ForecastBlockedGroup] = strawberry.field(
        description=(
            "The due tasks that never start without another change, largest groups first, at most"
            f" {BLOCKED_MAX} groups."
        )
    )


@strawberry.type(
    description=(
        "A forecast of the cluster, by a simulation of what its worker nodes claim. It assumes that"
        " each task takes as long as its simulated duration, that no attempt fails, and that no"
        " more tasks are created."
    )
)
class Forecast:
    at: datetime = strawberry.field(description="The time of the state from which it begins.")
    times: list[datetime] = strawberry.field(
        description=(
            "The times of the backlogs at equal distances, earliest first, at most"
            f" {TIMES_MAX}. The last one is the end of the forecast that ends later."
        )
    )
    baseline: ForecastRun = strawberry.field(description="The forecast of the cluster as it is.")
    changed: ForecastRun | None = strawberry.field(
        description="The forecast of the cluster with the changes. Null if there are none."
    )


def forecast_of(found: forecasts.Forecast) -> Forecast:
    """Return a forecast, as the API shows it."""
    return Forecast(
        at=found.at,
        times=[_time(found.at, time) for time in found.times],
        baseline=_run(found.at, found.baseline),
        changed=_run(found.at, found.changed) if found.changed else None,
    )


def _run(at: datetime, run: Computed) -> ForecastRun:
    outcome = run.outcome
    ends_at = _time(at, outcome.ended_ms)
    return ForecastRun(
        finished_at=None if outcome.is_cut else ends_at,
        ends_at=ends_at,
        is_cut=outcome.is_cut,
        backlog=outcome.backlog,
        queues=[
            ForecastQueue(
                name=name,
                waiting=queue.waiting,
                running=queue.running,
                started=queue.started,
                expired=queue.expired,
                last_start_at=_time_or_none(at, queue.last_start_ms),
                last_end_at=_time_or_none(at, queue.last_end_ms),
                wait_p50_ms=queue.wait_p50_ms,
                wait_p95_ms=queue.wait_p95_ms,
            )
            for name, queue in outcome.queues.items()
        ],
        nodes=[
            ForecastNode(
                name=node.name, slots=node.slots, claims=node.claims, utilization=utilization
            )
            for node, utilization in zip(run.nodes, outcome.utilizations, strict=True)
        ],
        blocked=[
            ForecastBlockedGroup(
                queue=group.queue,
                slots=group.slots,
                count=group.count,
                reason=group.pending.reason,
                message=group.pending.message,
            )
            for group in run.blocked[:BLOCKED_MAX]
        ],
    )


def _time(at: datetime, ms: int) -> datetime:
    return at + timedelta(milliseconds=ms)


def _time_or_none(at: datetime, ms: int | None) -> datetime | None:
    return None if ms is None else _time(at, ms)
