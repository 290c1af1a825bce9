"""What a forecast begins with."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from tasks_app.options import AGING_MS
from tasks_app.policy import orders
from tasks_app.policy.orders import Policy
from tasks_app.simulation.workloads.workload import SimulatedTask

# A forecast has at most this many waiting tasks, ...
TASKS_MAX = 100_000
# ... simulates each scenario for at most this many seconds, ...
SECONDS_MAX = 10.0
# ... and its backlog is returned for this many times.
TIMES_MAX = 60

# As in `execution`: tasks without a duration are claimed in batches of up to this many.
BATCH = 250
# How long a node takes to claim a task, or a batch, and to store its result, as measured on a
# machine with two cores; see `docs/how-to/forecast.md`.
OVERHEAD_MS = 15
# How long a batch of `BATCH` tasks takes beyond that, measured likewise.
BATCH_MS = 200


class ScenarioNode(NamedTuple):
    """A node: its slots, the queues that it serves, and whether it claims tasks."""

    name: str
    slots: int
    queues: frozenset[str]
    claims: bool


class RunningTask(NamedTuple):
    """A task, or a batch, that runs already. `node` is the index of its node."""

    task: SimulatedTask
    node: int
    started_ms: int


class ScenarioPolicy(NamedTuple):
    """The scheduling policy of the cluster. `weights` are those of queues, for `fair-share`."""

    name: str = "priority"
    backfill: bool = True
    aging_ms: int = AGING_MS
    weights: Mapping[str, float] = {}

    def make(self) -> Policy:
        """Return a new policy of the simulation."""
        return orders.make(
            self.name, aging_ms=self.aging_ms, share_by="queue", weights=self.weights
        )


class Scenario(NamedTuple):
    """The state of a cluster. Times are milliseconds from now, so past times are negative.

    Every task must fit a node that claims tasks and serves its queue.

    Attributes:
        nodes: The nodes.
        limits: The limits of queues, of those that have one.
        tasks: The tasks that wait, or are due later, in the order of the times when they are due.
        running: The tasks that run.
        policy: The scheduling policy.
        is_cut: Whether waiting tasks were left out.
    """

    nodes: Sequence[ScenarioNode]
    limits: Mapping[str, int]
    tasks: Sequence[SimulatedTask]
    running: Sequence[RunningTask]
    policy: ScenarioPolicy = ScenarioPolicy()
    is_cut: bool = False


class Waiting(NamedTuple):
    """A task that waits, or is due later, as the database has it."""

    due_ms: int
    queue: str
    slots: int
    priority: int
    duration_ms: int
    runs_alone: bool
    expires_ms: int | None = None


def batched(rows: Iterable[Waiting], limits: Mapping[str, int]) -> list[SimulatedTask]:
    """Return tasks, those without a duration in batches, in the order in which they are due.

    A batch has tasks of the same queue, slots and priority, as one claim takes them, that expire at
    the same time.
    """
    found: list[SimulatedTask] = []
    # The place of the last batch of each kind, to which more tasks can be added.
    places: dict[tuple[str, int, int, int | None], int] = {}
    for row in rows:
        key = row.queue, row.slots, row.priority, row.expires_ms
        place = None if row.runs_alone else places.get(key)
        if place is not None:
            batch = found[place]
            is_due = row.due_ms <= 0 or row.due_ms == batch.submit_ms
            if is_due and batch.size < min(BATCH, limits.get(row.queue, BATCH)):
                found[place] = batch._replace(size=batch.size + 1)
                continue
        if not row.runs_alone:
            places[key] = len(found)
        found.append(task_of(row))
    return [task if task.size == 1 else _with_duration(task) for task in found]


def task_of(row: Waiting) -> SimulatedTask:
    """Return a waiting task for the simulation."""
    return SimulatedTask(
        "",
        *(row.due_ms, row.duration_ms, row.duration_ms, row.slots, row.queue),
        priority=row.priority,
        expires_ms=row.expires_ms,
    )


def _with_duration(batch: SimulatedTask) -> SimulatedTask:
    duration = BATCH_MS * batch.size // BATCH
    return batch._replace(duration_ms=duration, estimate_ms=duration)
