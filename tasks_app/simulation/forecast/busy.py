"""A run that begins with the state of a cluster and ends when no task is due or running."""

import time
from collections.abc import Sequence
from typing import NamedTuple

from tasks_app.simulation.cluster import Cluster, NodeSpec, VirtualNode
from tasks_app.simulation.engine import Engine, Running
from tasks_app.simulation.forecast.scenario import OVERHEAD_MS, RunningTask, Scenario
from tasks_app.simulation.pending import DueTask
from tasks_app.simulation.runs import Attempt
from tasks_app.simulation.workloads.workload import Workload


class BusyPeriod(NamedTuple):
    """The result of a run.

    Attributes:
        attempts: Those that ended, in this order. The numbers of tasks that ran at the beginning
            follow those of the scenario's `tasks`.
        expired: The number and the time of each of `tasks` that expired before it started.
        submitted: The number of the scenario's `tasks` that became due.
        ended_ms: The time of the last event.
        is_cut: Whether the time was over before the backlog was empty.
    """

    attempts: Sequence[Attempt]
    expired: Sequence[tuple[int, int]]
    submitted: int
    ended_ms: int
    is_cut: bool


def run(scenario: Scenario, *, seconds: float) -> BusyPeriod:
    """Run until no task is due or running, for at most `seconds`."""
    return _Engine(scenario, seconds).run_until_idle(scenario.running)


class _Engine(Engine):
    def __init__(self, scenario: Scenario, seconds: float) -> None:
        queues = {task.queue for task in scenario.tasks}
        nodes = [
            NodeSpec(node.name, node.slots, None if queues <= node.queues else node.queues)
            for node in scenario.nodes
        ]
        workload = Workload(scenario.tasks, scenario.limits)
        policy = scenario.policy
        super().__init__(workload, Cluster(nodes), policy.make(), policy.backfill, OVERHEAD_MS, 0)
        for number, node in enumerate(scenario.nodes):
            self._set_up(number, is_up=node.claims)
        self._expired: list[tuple[int, int]] = []
        self._is_over = False
        self._end_of_time = time.monotonic() + seconds

    def run_until_idle(self, running: Sequence[RunningTask]) -> BusyPeriod:
        """Run from the time 0."""
        for number, each in enumerate(running, start=len(self._workload.tasks)):
            self._resume(number, each)
        now = 0
        self._advance(now)
        while self._running and not self._is_over:
            now = self._next_time()
            self._advance(now)
        return BusyPeriod(*(self._attempts, self._expired, self._submitted, now, self._is_over))

    def _resume(self, number: int, each: RunningTask) -> None:
        due = DueTask(number, each.task, self._overhead_ms)
        due.attempt = 1
        # One that is overdue ends at any time.
        ends_ms = max(0, each.started_ms + due.runtime)
        end = (ends_ms, number, due.slots)
        self._nodes[each.node].occupy(end)
        self._running[number] = Running(due, each.node, each.started_ms, end)
        self._count[due.queue] += due.size
        self._plan_end(due, ends_ms)

    def _expire(self, due: DueTask, now: int) -> None:
        super()._expire(due, now)
        if not due.attempt:
            self._expired.append((due.id, now))

    def _claim(self, node: VirtualNode, candidates: list[DueTask], now: int) -> bool:
        if self._is_over or time.monotonic() > self._end_of_time:
            self._is_over = True
            return False
        return super()._claim(node, candidates, now)
