"""The present state of the cluster, as a forecast needs it."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from tasks_app.models import Queue
from tasks_app.simulation.forecast.scenario import Waiting
from tasks_app.sql.claiming import claims, scheduling
from tasks_app.sql.claiming.scheduling import Scheduling
from tasks_app.sql.db import fetch


class QueueState(NamedTuple):
    """A queue: whether it is paused and why, its limit, and its weight in `fair-share`."""

    name: str
    is_paused: bool
    pause_note: str
    limit: int | None
    weight: float


class Work(NamedTuple):
    """The tasks that a process runs. Times are milliseconds from now.

    `node` is the name of its node; `lost_ms` is when their leases expire.
    """

    node: str
    queue: str
    slots: int
    priority: int
    size: int
    due_ms: int
    started_ms: int
    duration_ms: int
    lost_ms: int


@dataclass(frozen=True)
class State:
    """The cluster at a time, without the tasks that wait in it. `added` are tasks of changes."""

    at: datetime
    nodes: list[claims.Node]
    queues: dict[str, QueueState]
    scheduling: Scheduling
    work: list[Work]
    added: list[Waiting] = field(default_factory=list)


# Returns the time in milliseconds from the time of the state to another time.
MS = "floor(extract(epoch FROM {} - %(now)s) * 1000)::bigint"

# Returns what each process runs.
_WORK = f"""
    SELECT coalesce(n.name, ''), t.queue, max(t.slots), max(t.priority), count(*),
           {MS.format("min(t.due_at)")}, {MS.format("min(t.started_at)")}, max(t.duration_ms),
           {MS.format("max(t.lease_expires_at)")}
      FROM tasks_app_task t LEFT JOIN tasks_app_workernode n ON n.id = t.node_id
     WHERE t.status = 'RUNNING'
     GROUP BY n.name, t.node_id, t.celery_task_id, t.queue
     ORDER BY min(t.started_at), t.celery_task_id
"""


def read() -> State:
    """Read the state; call it in a snapshot."""
    [(now,)] = fetch("SELECT statement_timestamp()")
    return State(
        at=now,
        nodes=claims.nodes(),
        queues={
            queue.name: QueueState(
                queue.name,
                queue.paused_at is not None,
                queue.pause_note,
                queue.running_limit,
                queue.weight,
            )
            for queue in Queue.objects.order_by("name")
        },
        scheduling=scheduling.current(),
        work=[Work._make(row) for row in fetch(_WORK, {"now": now})],
    )
