"""The numbers of ended runs, and the parts of events from which they are summed up."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from tasks_app.models import Task
from tasks_app.stats.histogram import bucket

Status = Task.Status

_COUNTS = ("succeeded", "failed", "cancelled", "wait_ms", "run_ms")
_HISTOGRAMS = ("wait", "run", "total")
_COUNT_OF_STATUS = {
    Status.SUCCESS: "succeeded",
    Status.FAILED: "failed",
    Status.CANCELLED: "cancelled",
}

# The columns of `EventTotals`.
EVENT_COLUMNS = """
    xid, id, at, node_id AS node, queue, previous_queue, previous_status, status,
    cardinality(task_ids) AS tasks, waits_ms, runs_ms
"""
# The events that have not been rolled up, as the tables and the condition of a statement.
NOT_ROLLED_UP = """
    tasks_app_clusterevent WHERE (xid, id) > (
        coalesce((SELECT xid FROM tasks_app_statswatermark LIMIT 1), 0),
        coalesce((SELECT event_id FROM tasks_app_statswatermark LIMIT 1), 0))
"""


class EventTotals(NamedTuple):
    """The parts of an event that statistics use."""

    xid: int
    id: int
    at: datetime
    node: UUID | None
    queue: str
    previous_queue: str
    previous_status: str
    status: str
    tasks: int
    waits_ms: list[int]
    runs_ms: list[int]

    @property
    def is_end(self) -> bool:
        """Whether runs ended."""
        return self.status in Task.TERMINAL and self.previous_status not in Task.TERMINAL


@dataclass
class TaskStats:
    """The runs that ended in a period, with histograms of their times (see `histogram.py`).

    `seconds` is the length of the period, 0 for all time. `wait` is from due to start, `run` from
    start to end, `total` their sum.
    """

    seconds: float = 0
    succeeded: int = 0
    failed: int = 0
    cancelled: int = 0
    wait_ms: int = 0
    run_ms: int = 0
    wait: Counter[int] = field(default_factory=Counter)
    run: Counter[int] = field(default_factory=Counter)
    total: Counter[int] = field(default_factory=Counter)

    @property
    def finished(self) -> int:
        """The number of runs."""
        return self.succeeded + self.failed + self.cancelled

    @property
    def per_second(self) -> float:
        """The number of runs per second; 0 for all time."""
        return self.finished / self.seconds if self.seconds else 0.0

    def add_event(self, event: EventTotals) -> None:
        """Add the runs that ended with an event."""
        name = _COUNT_OF_STATUS[Status(event.status)]
        setattr(self, name, getattr(self, name) + event.tasks)
        for wait, run in zip(event.waits_ms, event.runs_ms, strict=True):
            self.wait_ms += max(wait, 0)
            self.run_ms += run
            self.wait[bucket(wait)] += 1
            self.run[bucket(run)] += 1
            self.total[bucket(wait + run)] += 1

    def add(self, values: Mapping[str, Any]) -> None:
        """Add the columns of a row of `StatsPeriod`, or the attributes of a `TaskStats`."""
        for name in _COUNTS:
            setattr(self, name, getattr(self, name) + values[name])
        for name in _HISTOGRAMS:
            getattr(self, name).update({int(key): n for key, n in values[name].items()})

    def subtract(self, other: "TaskStats") -> None:
        """Take out the runs of statistics that these include."""
        for name in _COUNTS:
            setattr(self, name, getattr(self, name) - getattr(other, name))
        for name in _HISTOGRAMS:
            getattr(self, name).subtract(getattr(other, name))
