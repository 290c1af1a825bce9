"""The discrete-event engine: runs a workload on a virtual cluster under a policy.

Events are ordered by time, kind and number, so that a run depends on nothing but its arguments. At
each time, work ends first, then nodes change, then tasks become due, then nodes claim, in the order
in which the cluster lists them, until no node can claim anything. What a node may claim is decided
by `policy.choices`, as in the running cluster.
"""

import random
from collections import Counter
from heapq import heappop, heappush
from operator import attrgetter
from typing import Literal, NamedTuple

from tasks_app.policy import Key, choices
from tasks_app.policy.orders import Policy
from tasks_app.policy.retries import backoff_ms
from tasks_app.simulation.cluster import Cluster, VirtualNode
from tasks_app.simulation.pending import DueTask, Group
from tasks_app.simulation.runs import Attempt, Run
from tasks_app.simulation.workloads.workload import Workload, WorkloadError

_END, _UP, _DOWN, _DUE, _EXPIRE = range(5)


class Running(NamedTuple):
    """A task that runs: its node, when it started, and its entry in the node's `ends`."""

    due: DueTask
    node: int
    started_ms: int
    end: tuple[int, int, int]


def simulate(
    workload: Workload,
    cluster: Cluster,
    policy: Policy,
    *,
    backfill: bool = True,
    overhead_ms: int = 0,
    seed: int = 0,
) -> Run:
    """Run a workload to its end.

    Args:
        workload: The tasks and the limits of queues.
        cluster: The nodes.
        policy: The order of claims; a new object for each run, because it keeps state.
        backfill: Whether tasks may overtake one that waits for slots, as in EASY backfill.
        overhead_ms: Time that claiming and storing adds to each task.
        seed: Seed of the failures of nodes.

    Raises:
        WorkloadError: A task fits no node that serves its queue, or a limit is below 1.
    """
    _check(workload, cluster)
    return Engine(workload, cluster, policy, backfill, overhead_ms, seed).run()


def _check(workload: Workload, cluster: Cluster) -> None:
    for queue, limit in workload.limits.items():
        if limit < 1:
            raise WorkloadError(f"The limit of queue {queue!r} must be at least 1.")
    groups = {(task.queue, task.slots): task.name for task in reversed(workload.tasks)}
    for (queue, slots), name in sorted(groups.items()):
        if not any(
            slots <= node.slots and (node.queues is None or queue in node.queues)
            for node in cluster.nodes
        ):
            raise WorkloadError(
                f"Task {name} needs {slots} slots of one node that serves queue {queue!r}; the"
                " cluster has no such node."
            )


class Engine:
    """The state of a run. `forecast.busy` starts one from the state of a running cluster."""

    def __init__(
        self,
        workload: Workload,
        cluster: Cluster,
        policy: Policy,
        backfill: bool,
        overhead_ms: int,
        seed: int,
    ) -> None:
        self._workload, self._cluster, self._policy = workload, cluster, policy
        self._backfill, self._overhead_ms = backfill, overhead_ms
        self._queues = frozenset(task.queue for task in workload.tasks)
        self._nodes = [VirtualNode(spec, self._queues) for spec in cluster.nodes]
        self._up = list(self._nodes)
        self._index = {node.name: index for index, node in enumerate(self._nodes)}
        self._down_since: dict[int, int] = {}
        self._groups: dict[tuple[str, int], Group] = {}
        self._firsts: dict[tuple[str, int], DueTask] = {}
        self._running: dict[int, Running] = {}
        self._count = Counter[str]()
        self._events: list[tuple[int, int, int, int]] = []
        self._lost: dict[int, DueTask] = {}
        self._expiring: dict[int, DueTask] = {}
        self._attempts: list[Attempt] = []
        self._log: list[str] = []
        self._down_slot_ms = 0
        self._submitted = 0
        self._unfinished = len(workload.tasks)
        self._random = [random.Random(f"{seed} {node.name}") for node in cluster.nodes]

    def run(self) -> Run:
        """Run the workload to its end."""
        tasks = self._workload.tasks
        start = now = tasks[0].submit_ms if tasks else 0
        for node in range(len(self._nodes)):
            self._plan_failure(node, now)
        while self._unfinished:
            now = self._next_time()
            self._advance(now)
        for node, since in self._down_since.items():
            self._down_slot_ms += self._nodes[node].slots * (now - since)
        return Run(
            *(self._workload, self._cluster, self._attempts, self._log),
            *(start, now, self._down_slot_ms),
        )

    def _next_time(self) -> int:
        """Return the time of the next event or submission; one of them must exist."""
        times = [self._events[0][0]] if self._events else []
        if self._submitted < len(self._workload.tasks):
            times.append(self._workload.tasks[self._submitted].submit_ms)
        return min(times)

    def _advance(self, now: int) -> None:
        """Handle the events of a time, and let nodes claim."""
        tasks = self._workload.tasks
        while self._events and self._events[0][0] == now:
            _, kind, number, attempt = heappop(self._events)
            self._handle(kind, number, attempt, now)
        if not (self._groups or self._running or self._lost):
            self._policy.idle()
        while self._submitted < len(tasks) and tasks[self._submitted].submit_ms <= now:
            due = DueTask(self._submitted, tasks[self._submitted], self._overhead_ms)
            due.key = self._policy.key(due)
            self._add(due)
            if due.task.expires_ms is not None:
                self._expiring[due.id] = due
                heappush(self._events, (max(now, due.task.expires_ms), _EXPIRE, due.id, 0))
            self._submitted += 1
        self._schedule(now)

    def _handle(self, kind: int, number: int, attempt: int, now: int) -> None:
        if kind == _END:
            running = self._running.get(number)
            if running and running.due.attempt == attempt:
                self._end(running, now)
        elif kind == _DUE:
            self._retry(self._lost.pop(number), now)
        elif kind == _DOWN:
            self._fail(number, now)
        elif kind == _EXPIRE:
            self._expire(self._expiring.pop(number), now)
        else:
            self._repair(number, now)

    def _add(self, due: DueTask) -> None:
        group = self._groups.get((due.queue, due.slots))
        if group is None:
            group = self._groups[due.queue, due.slots] = Group()
        group.add(due)
        self._firsts[due.queue, due.slots] = group.first

    def _update_group(self, due: DueTask) -> None:
        """Take note that a task has left its group."""
        group = self._groups[due.queue, due.slots]
        if group:
            self._firsts[due.queue, due.slots] = group.first
        else:
            del self._groups[due.queue, due.slots], self._firsts[due.queue, due.slots]

    def _schedule(self, now: int) -> None:
        """Let nodes claim until none can."""
        candidates = self._candidates()
        is_changed = True
        while is_changed and candidates:
            is_changed = False
            narrowest = min(map(_slots_of, candidates))
            for node in self._up:
                while candidates and node.free >= narrowest and self._claim(node, candidates, now):
                    is_changed = True
                    candidates = self._candidates()
                    narrowest = min(map(_slots_of, candidates), default=0)

    def _candidates(self) -> list[DueTask]:
        limits = self._workload.limits
        if not limits:
            return list(self._firsts.values())
        return [
            first
            for (queue, _), first in self._firsts.items()
            if queue not in limits or self._count[queue] + first.size <= limits[queue]
        ]

    def _claim(self, node: VirtualNode, candidates: list[DueTask], now: int) -> bool:
        if node.queues is not self._queues:
            candidates = [c for c in candidates if c.queue in node.queues]
        options = choices(candidates, node, lambda: self._up, now, _key_of, backfill=self._backfill)
        for candidate, max_duration_ms in options:
            group = self._groups[candidate.queue, candidate.slots]
            due = group.take(max_duration_ms)
            if due:
                self._update_group(due)
                self._start(due, node, now)
                return True
        return False

    def _start(self, due: DueTask, node: VirtualNode, now: int) -> None:
        due.attempt += 1
        end = (now + due.runtime, due.id, due.slots)
        node.occupy(end)
        self._running[due.id] = Running(due, self._index[node.name], now, end)
        self._count[due.queue] += due.size
        self._policy.started(due.key)
        self._plan_end(due, now + due.task.duration_ms + self._overhead_ms)
        self._log.append(f"{now} START {due.task.name} {due.attempt} {node.name}")

    def _plan_end(self, due: DueTask, time: int) -> None:
        heappush(self._events, (time, _END, due.id, due.attempt))

    def _end(self, running: Running, now: int) -> None:
        self._nodes[running.node].release(running.end)
        self._forget(running, now, "COMPLETED")
        self._unfinished -= 1

    def _forget(self, running: Running, now: int, outcome: Literal["COMPLETED", "LOST"]) -> None:
        due = running.due
        del self._running[due.id]
        self._count[due.queue] -= due.size
        self._attempts.append(
            Attempt(due.id, due.attempt, running.node, running.started_ms, now, outcome)
        )
        self._log.append(f"{now} {outcome} {due.task.name} {due.attempt}")

    def _expire(self, due: DueTask, now: int) -> None:
        """Remove a task that has not started."""
        if due.attempt:
            return
        self._groups[due.queue, due.slots].remove(due)
        self._update_group(due)
        self._unfinished -= 1
        self._log.append(f"{now} EXPIRED {due.task.name}")

    def _plan_failure(self, node: int, now: int) -> None:
        if failures := self._cluster.failures:
            delay = self._random[node].expovariate(1 / failures.mtbf_ms)
            heappush(self._events, (now + max(1, round(delay)), _DOWN, node, 0))

    def _fail(self, number: int, now: int) -> None:
        failures, node = self._cluster.failures, self._nodes[number]
        assert failures is not None
        self._log.append(f"{now} DOWN {node.name}")
        for running in [r for r in self._running.values() if r.node == number]:
            self._forget(running, now, "LOST")
            due = running.due
            if due.attempt >= failures.max_attempts:
                self._unfinished -= 1
                self._log.append(f"{now} FAILED {due.task.name}")
            else:
                self._lost[due.id] = due
                delay_ms = failures.lease_ms + backoff_ms(due.attempt)
                heappush(self._events, (now + delay_ms, _DUE, due.id, 0))
        node.clear()
        self._set_up(number, is_up=False)
        self._down_since[number] = now
        delay = self._random[number].expovariate(1 / failures.mttr_ms)
        heappush(self._events, (now + max(1, round(delay)), _UP, number, 0))

    def _retry(self, due: DueTask, now: int) -> None:
        # As in `sql/tasks/leases.py`: a task that backed off is due anew, others keep their place.
        if backoff_ms(due.attempt):
            due.due_at = now
            due.key = self._policy.key(due)
        self._add(due)

    def _repair(self, number: int, now: int) -> None:
        node = self._nodes[number]
        self._log.append(f"{now} UP {node.name}")
        self._set_up(number, is_up=True)
        self._down_slot_ms += node.slots * (now - self._down_since.pop(number))
        self._plan_failure(number, now)

    def _set_up(self, number: int, *, is_up: bool) -> None:
        self._nodes[number].is_up = is_up
        self._up = [node for node in self._nodes if node.is_up]


_slots_of = attrgetter("slots")


def _key_of(due: DueTask) -> Key:
    return due.key
