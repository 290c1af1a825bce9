"""What a forecast says about queues, nodes and the backlog."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from itertools import accumulate
from typing import NamedTuple

from tasks_app.simulation.forecast.busy import BusyPeriod
from tasks_app.simulation.forecast.scenario import Scenario
from tasks_app.simulation.measures import percentile
from tasks_app.simulation.workloads.workload import SimulatedTask


class QueueOutcome(NamedTuple):
    """What happens in a queue. Times are milliseconds from now; waits are milliseconds.

    Attributes:
        waiting: The number of tasks that wait now.
        running: The number of tasks that run now.
        started: The number of tasks that start.
        expired: The number of tasks that expire before they start.
        last_start_ms: The time of the last start; None if no task starts.
        last_end_ms: The time of the last end; None if no task ends.
        wait_p50_ms: The median time from when a task was due to its start.
        wait_p95_ms: The 95th percentile of this time.
    """

    waiting: int
    running: int
    started: int
    expired: int
    last_start_ms: int | None
    last_end_ms: int | None
    wait_p50_ms: int | None
    wait_p95_ms: int | None


class Outcome(NamedTuple):
    """A forecast. Times are milliseconds from now.

    Attributes:
        ended_ms: The time at which the backlog is empty, or at which the forecast was cut.
        is_cut: Whether tasks or times were left out.
        queues: The queues that have tasks, by name.
        utilizations: For each node, the share of its slots that is occupied until then, from 0 to
            1; None if there is no such time.
        backlog: The number of tasks that are due or running, at each of the times.
    """

    ended_ms: int
    is_cut: bool
    queues: dict[str, QueueOutcome]
    utilizations: list[float | None]
    backlog: list[int]


def evaluate(scenario: Scenario, period: BusyPeriod, times: Sequence[int]) -> Outcome:
    """Return the outcome of a scenario's run, with its backlog at the given times."""
    has_all = period.submitted < len(scenario.tasks) or not scenario.is_cut
    return Outcome(
        period.ended_ms,
        period.is_cut or not has_all,
        _queues(scenario, period),
        _utilizations(scenario, period),
        _backlog(scenario, period, times),
    )


def _task(scenario: Scenario, number: int) -> SimulatedTask:
    waiting = len(scenario.tasks)
    if number < waiting:
        return scenario.tasks[number]
    return scenario.running[number - waiting].task


def _queues(scenario: Scenario, period: BusyPeriod) -> dict[str, QueueOutcome]:
    waiting, running = Counter[str](), Counter[str]()
    for task in scenario.tasks:
        if task.submit_ms > 0:
            break
        waiting[task.queue] += task.size
    for each in scenario.running:
        running[each.task.queue] += each.task.size
    expired = Counter[str]()
    for number, _ in period.expired:
        expired[scenario.tasks[number].queue] += scenario.tasks[number].size
    starts: dict[str, list[int]] = defaultdict(list)
    ends: dict[str, list[int]] = defaultdict(list)
    waits: dict[str, list[int]] = defaultdict(list)
    for attempt in period.attempts:
        task = _task(scenario, attempt.task)
        ends[task.queue].append(attempt.ended_ms)
        if attempt.task < len(scenario.tasks):
            starts[task.queue].append(attempt.started_ms)
            waits[task.queue] += [attempt.started_ms - task.submit_ms] * task.size
    return {
        queue: QueueOutcome(
            *(waiting[queue], running[queue], len(waits[queue]), expired[queue]),
            *(max(starts[queue], default=None), max(ends[queue], default=None)),
            *_percentiles(waits[queue]),
        )
        for queue in sorted({*waiting, *running, *ends})
    }


def _percentiles(waits: Iterable[int]) -> tuple[int | None, int | None]:
    ranked = sorted(waits)
    if not ranked:
        return None, None
    return int(percentile(ranked, 50)), int(percentile(ranked, 95))


def _utilizations(scenario: Scenario, period: BusyPeriod) -> list[float | None]:
    busy = Counter[int]()
    for attempt in period.attempts:
        slots = _task(scenario, attempt.task).slots
        busy[attempt.node] += slots * (attempt.ended_ms - max(0, attempt.started_ms))
    if period.ended_ms <= 0:
        return [None] * len(scenario.nodes)
    return [
        min(1.0, busy[number] / (node.slots * period.ended_ms))
        for number, node in enumerate(scenario.nodes)
    ]


def _backlog(scenario: Scenario, period: BusyPeriod, times: Sequence[int]) -> list[int]:
    """Return the backlog after the events of each time."""
    changes = Counter[int]()
    for task in scenario.tasks[: period.submitted]:
        changes[max(0, task.submit_ms)] += task.size
    changes[0] += sum(each.task.size for each in scenario.running)
    for attempt in period.attempts:
        changes[attempt.ended_ms] -= _task(scenario, attempt.task).size
    for number, expired_ms in period.expired:
        changes[expired_ms] -= scenario.tasks[number].size
    at = sorted(changes)
    totals = list(accumulate(changes[time] for time in at))
    backlog, index = [], 0
    for time in times:
        while index < len(at) and at[index] <= time:
            index += 1
        backlog.append(totals[index - 1])
    return backlog
