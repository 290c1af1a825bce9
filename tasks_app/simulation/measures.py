"""Measures of a run, as the scheduling literature defines them.

`docs/simulation.md` has the formulas. Percentiles are by nearest rank: the smallest value
that at least that share of the values does not exceed.
"""

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from tasks_app.simulation.runs import Attempt, Run
from tasks_app.simulation.workloads.workload import SimulatedTask

# Shorter tasks count as this long in the bounded slowdown.
BOUND_MS = 10_000
# A task that waits for longer is starved.
STARVATION_MS = 3_600_000


@dataclass(frozen=True)
class Distribution:
    """The mean, percentiles and maximum of a measure; 0 if there are no values."""

    mean: float
    p50: float
    p95: float
    p99: float
    max: float


@dataclass(frozen=True)
class TaskMeasures:
    """Measures of a set of tasks; times in seconds. Failed tasks count in `failed` only."""

    tasks: int
    failed: int
    starved: int
    slot_seconds: float
    wait: Distribution
    turnaround: Distribution
    slowdown: Distribution
    bounded_slowdown: Distribution


@dataclass(frozen=True)
class Measures:
    """Measures of a run; times in seconds, shares from 0 to 1."""

    makespan: float
    utilization: float
    idle_slot_seconds: float
    lost_slot_seconds: float
    lost_attempts: int
    jain: float
    all: TaskMeasures
    owners: dict[str, TaskMeasures]
    queues: dict[str, TaskMeasures]


def measure(run: Run, *, starvation_ms: int = STARVATION_MS) -> Measures:
    """Return the measures of a run."""
    completed = {a.task: a for a in run.attempts if a.outcome == "COMPLETED"}
    tasks = run.workload.tasks
    owners = _by(lambda task: task.owner, tasks, completed, starvation_ms)
    available = run.cluster.slots * (run.ended_ms - run.started_ms) - run.down_slot_ms
    busy = sum(_slot_ms(a, tasks) for a in run.attempts)
    lost = [a for a in run.attempts if a.outcome == "LOST"]
    return Measures(
        makespan=(run.ended_ms - run.started_ms) / 1000,
        utilization=busy / available if available else 0.0,
        idle_slot_seconds=(available - busy) / 1000,
        lost_slot_seconds=sum(_slot_ms(a, tasks) for a in lost) / 1000,
        lost_attempts=len(lost),
        jain=jain([m.bounded_slowdown.mean for m in owners.values() if m.tasks > m.failed]),
        all=_measure(range(len(tasks)), tasks, completed, starvation_ms),
        owners=owners,
        queues=_by(lambda task: task.queue, tasks, completed, starvation_ms),
    )


def distribution(values: Iterable[float]) -> Distribution:
    """Return the distribution of some values."""
    ranked = sorted(values)
    if not ranked:
        return Distribution(0.0, 0.0, 0.0, 0.0, 0.0)
    p50, p95, p99 = (percentile(ranked, percent) for percent in (50, 95, 99))
    return Distribution(math.fsum(ranked) / len(ranked), p50, p95, p99, ranked[-1])


def percentile(ranked: Sequence[float], percent: int) -> float:
    """Return a percentile of sorted values, by nearest rank."""
    return ranked[max(0, -(-percent * len(ranked) // 100) - 1)]


def jain(values: Sequence[float]) -> float:
    """Return Jain's fairness index: from 1 / n, if one has all, to 1, if all have the same."""
    squares = math.fsum(value * value for value in values)
    return math.fsum(values) ** 2 / (len(values) * squares) if squares else 1.0


def _by(
    key: Callable[[SimulatedTask], str],
    tasks: Sequence[SimulatedTask],
    completed: dict[int, Attempt],
    starvation_ms: int,
) -> dict[str, TaskMeasures]:
    numbers: dict[str, list[int]] = defaultdict(list)
    for number, task in enumerate(tasks):
        numbers[key(task)].append(number)
    return {
        name: _measure(numbers[name], tasks, completed, starvation_ms) for name in sorted(numbers)
    }


def _measure(
    numbers: Sequence[int],
    tasks: Sequence[SimulatedTask],
    completed: dict[int, Attempt],
    starvation_ms: int,
) -> TaskMeasures:
    waits, turnarounds, slowdowns, bounded = [], [], [], []
    slot_ms = 0
    for number in numbers:
        attempt, task = completed.get(number), tasks[number]
        if attempt is None:
            continue
        slot_ms += _slot_ms(attempt, tasks)
        turnaround = attempt.ended_ms - task.submit_ms
        waits.append((attempt.started_ms - task.submit_ms) / 1000)
        turnarounds.append(turnaround / 1000)
        # A task of no duration counts as one of 1 ms.
        slowdowns.append(max(1.0, turnaround / max(1, task.duration_ms)))
        bounded.append(max(1.0, turnaround / max(BOUND_MS, task.duration_ms)))
    return TaskMeasures(
        tasks=len(numbers),
        failed=len(numbers) - len(waits),
        starved=sum(wait * 1000 > starvation_ms for wait in waits),
        slot_seconds=slot_ms / 1000,
        wait=distribution(waits),
        turnaround=distribution(turnarounds),
        slowdown=distribution(slowdowns),
        bounded_slowdown=distribution(bounded),
    )


def _slot_ms(attempt: Attempt, tasks: Sequence[SimulatedTask]) -> int:
    return tasks[attempt.task].slots * (attempt.ended_ms - attempt.started_ms)
