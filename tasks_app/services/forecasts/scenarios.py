"""Turns a state of the cluster into the scenario of a simulation, and names what never starts."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from tasks_app.policy import orders
from tasks_app.services.forecasts.state import State, Work
from tasks_app.services.forecasts.waiting import Group
from tasks_app.services.tasks import pending
from tasks_app.services.tasks.pending import Pending
from tasks_app.simulation.forecast.scenario import (
    TASKS_MAX,
    RunningTask,
    Scenario,
    ScenarioNode,
    ScenarioPolicy,
    Waiting,
    batched,
)
from tasks_app.simulation.workloads.workload import SimulatedTask
from tasks_app.sql.claiming.scheduling import Scheduling


@dataclass(frozen=True)
class Blocked:
    """Due tasks of a queue with the same number of slots that never start, and why."""

    queue: str
    slots: int
    count: int
    pending: Pending


def reasons_of(state: State, groups: Collection[Group]) -> dict[Group, Pending]:
    """Return why the tasks of groups never start, for those whose tasks never do."""
    found = {group: _reason(state, *group) for group in groups}
    return {group: reason for group, reason in found.items() if reason}


def blocked_of(state: State, counts: Mapping[Group, int]) -> list[Blocked]:
    """Return the due tasks that never start by group, most first."""
    total = Counter(counts) + Counter((row.queue, row.slots) for row in state.added)
    reasons = reasons_of(state, total)
    return [
        Blocked(*group, count, reasons[group])
        for group, count in sorted(total.items(), key=lambda item: (-item[1], item[0]))
        if group in reasons
    ]


def scenario_of(state: State, waiting: Sequence[Waiting]) -> Scenario:
    """Return the scenario of those tasks that can start.

    Args:
        state: The state.
        waiting: The first tasks that wait in it, as `waiting.rows` returns them.
    """
    rows = [*waiting, *state.added, *_lost(state)]
    reasons = reasons_of(state, {(row.queue, row.slots) for row in rows})
    startable = [row for row in rows if (row.queue, row.slots) not in reasons]
    startable.sort(key=lambda row: row.due_ms)
    kept = _first(startable, state.scheduling)
    limits = {q.name: q.limit for q in state.queues.values() if q.limit is not None}
    return Scenario(
        nodes=[
            ScenarioNode(
                node.capacity.name,
                node.capacity.slots,
                frozenset(node.capacity.queues),
                node.is_online and node.is_active,
            )
            for node in state.nodes
        ],
        limits=limits,
        tasks=batched(kept, limits),
        running=list(_running(state)),
        policy=_policy(state),
        is_cut=len(kept) < len(startable) or len(waiting) > TASKS_MAX,
    )


def _reason(state: State, queue: str, slots: int) -> Pending | None:
    found = state.queues.get(queue)
    if found and found.is_paused:
        return pending.queue_paused(queue, found.pause_note)
    return pending.explain_nodes(queue, slots, state.nodes)


def _policy(state: State) -> ScenarioPolicy:
    weights = {queue.name: queue.weight for queue in state.queues.values()}
    return ScenarioPolicy(*state.scheduling, weights)


def _first(rows: list[Waiting], by: Scheduling) -> list[Waiting]:
    """Return the rows that nodes claim first, in their order, as many as a forecast has."""
    if len(rows) <= TASKS_MAX:
        return rows
    # Queues that share fairly are not weighed here: of each priority, the oldest are kept.
    name = "priority" if by.policy == "fair-share" else by.policy
    key = orders.fixed_key(name, by.aging_ms)
    due = [_Due(index, row.priority, row.due_ms, row.duration_ms) for index, row in enumerate(rows)]
    order = sorted(due, key=lambda task: (task.due_at > 0, () if task.due_at > 0 else key(task)))
    return [rows[task.id] for task in sorted(order[:TASKS_MAX])]


class _Due(NamedTuple):
    """A row by its place, as a policy orders it."""

    id: int
    priority: int
    due_at: int
    duration_ms: int


def _running(state: State) -> Iterator[RunningTask]:
    places = {node.capacity.name: place for place, node in enumerate(state.nodes) if node.is_online}
    for work in state.work:
        if work.node in places:
            yield RunningTask(_task(work), places[work.node], work.started_ms)


def _lost(state: State) -> Iterator[Waiting]:
    """Yield the tasks of offline nodes, which wait again when their leases have expired."""
    online = {node.capacity.name for node in state.nodes if node.is_online}
    for work in state.work:
        if work.node not in online:
            row = Waiting(
                max(1, work.lost_ms), work.queue, work.slots, work.priority, work.duration_ms, True
            )
            yield from [row] * work.size


def _task(work: Work) -> SimulatedTask:
    return SimulatedTask(
        "",
        *(work.due_ms, work.duration_ms, work.duration_ms, work.slots, work.queue),
        priority=work.priority,
        size=work.size,
    )
