"""Changes of a cluster that a forecast assumes: each returns the changed state.

They raise ValidationError by field, with a code for each error.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol
from uuid import UUID

from django.core.exceptions import ValidationError

from tasks_app.models.node import NODE_SLOTS_MAX
from tasks_app.options import AGING_MS, DEFAULT_QUEUE, TASK_OPTIONS, default_of
from tasks_app.policy import NodeCapacity
from tasks_app.services.forecasts.state import QueueState, State
from tasks_app.services.queues import LIMIT_MAX
from tasks_app.services.scheduling import check_aging
from tasks_app.services.validation import field_error, range_error
from tasks_app.simulation.forecast.scenario import TASKS_MAX, Waiting
from tasks_app.sql.claiming import claims
from tasks_app.sql.claiming.scheduling import Scheduling

# A node that is added has no row.
_NO_ROW = UUID(int=0)
NODES_MAX = 100


class Change(Protocol):
    """A change of the cluster."""

    def apply(self, state: State) -> State:
        """Return the changed state."""
        ...


@dataclass(frozen=True)
class DrainNode:
    """A node claims nothing more, and finishes what it runs."""

    node: str

    def apply(self, state: State) -> State:
        """Return the changed state."""
        return _with_node(state, _online(state, self.node)._replace(is_active=False))


@dataclass(frozen=True)
class ResumeNode:
    """A paused or drained node claims again."""

    node: str

    def apply(self, state: State) -> State:
        """Return the changed state."""
        return _with_node(state, _online(state, self.node)._replace(is_active=True))


@dataclass(frozen=True)
class SetNodeSlots:
    """A node has another number of slots."""

    node: str
    slots: int

    def apply(self, state: State) -> State:
        """Return the changed state."""
        found = _online(state, self.node)
        _check_range("slots", self.slots, NODE_SLOTS_MAX)
        capacity = found.capacity._replace(slots=self.slots)
        return _with_node(state, found._replace(capacity=capacity))


@dataclass(frozen=True)
class AddNodes:
    """More nodes of the same size come online; None stands for all queues."""

    slots: int
    count: int = 1
    queues: Sequence[str] | None = None

    def apply(self, state: State) -> State:
        """Return the changed state."""
        _check_range("slots", self.slots, NODE_SLOTS_MAX)
        _check_range("count", self.count, NODES_MAX)
        for name in self.queues or ():
            _queue(state, name, field="queues")
        queues = list(state.queues if self.queues is None else self.queues)
        names = {node.capacity.name for node in state.nodes}
        free = (name for number in range(1, 10**6) if (name := f"new-{number}") not in names)
        added = [
            claims.Node(_NO_ROW, True, True, NodeCapacity(next(free), queues, self.slots, []))
            for _ in range(self.count)
        ]
        return replace(state, nodes=[*state.nodes, *added])


@dataclass(frozen=True)
class PauseQueue:
    """No task of a queue starts."""

    queue: str

    def apply(self, state: State) -> State:
        """Return the changed state."""
        found = _queue(state, self.queue)
        return _with_queue(state, found._replace(is_paused=True))


@dataclass(frozen=True)
class ResumeQueue:
    """Tasks of a paused queue start again."""

    queue: str

    def apply(self, state: State) -> State:
        """Return the changed state."""
        found = _queue(state, self.queue)
        return _with_queue(state, found._replace(is_paused=False, pause_note=""))


@dataclass(frozen=True)
class SetQueueLimit:
    """A queue has another limit of running tasks; None for no limit."""

    queue: str
    limit: int | None

    def apply(self, state: State) -> State:
        """Return the changed state."""
        found = _queue(state, self.queue)
        if self.limit is not None:
            _check_range("limit", self.limit, LIMIT_MAX)
        return _with_queue(state, found._replace(limit=self.limit))


@dataclass(frozen=True)
class SetSchedulingPolicy:
    """Nodes claim by another scheduling policy."""

    policy: str
    backfill: bool = True
    aging_ms: int = AGING_MS

    def apply(self, state: State) -> State:
        """Return the changed state."""
        check_aging(self.aging_ms)
        return replace(state, scheduling=Scheduling(self.policy, self.backfill, self.aging_ms))


@dataclass(frozen=True)
class AddTasks:
    """More tasks are due now."""

    count: int
    queue: str = DEFAULT_QUEUE
    duration_ms: int = default_of("duration_ms")
    slots: int = default_of("slots")
    priority: int = default_of("priority")

    def apply(self, state: State) -> State:
        """Return the changed state."""
        _queue(state, self.queue)
        _check_range("count", self.count, TASKS_MAX)
        for name in ("duration_ms", "slots", "priority"):
            if not TASK_OPTIONS[name].contains(getattr(self, name)):
                raise ValidationError({name: range_error(TASK_OPTIONS[name])})
        task = Waiting(
            *(0, self.queue, self.slots, self.priority),
            *(self.duration_ms, self.duration_ms > 0),
        )
        return replace(state, added=[*state.added, *[task] * self.count])


def _online(state: State, name: str) -> claims.Node:
    found = next((node for node in state.nodes if node.capacity.name == name), None)
    if found is None:
        raise field_error("node", "No worker node has this name.", "not_found")
    if not found.is_online:
        raise field_error("node", "The worker node is offline.", "not_online")
    return found


def _queue(state: State, name: str, *, field: str = "queue") -> QueueState:
    if name not in state.queues:
        raise field_error(field, "No queue has this name.", "unknown_queue")
    return state.queues[name]


def _with_node(state: State, changed: claims.Node) -> State:
    name = changed.capacity.name
    nodes = [changed if node.capacity.name == name else node for node in state.nodes]
    return replace(state, nodes=nodes)


def _with_queue(state: State, changed: QueueState) -> State:
    return replace(state, queues=state.queues | {changed.name: changed})


def _check_range(field: str, value: int, maximum: int) -> None:
    if not 1 <= value <= maximum:
        raise field_error(field, f"Must be an integer from 1 to {maximum:,}.", "out_of_range")
