"""The nodes of the virtual cluster."""

from bisect import insort
from collections.abc import Sequence, Set
from dataclasses import dataclass


@dataclass(frozen=True)
class NodeSpec:
    """A node's name, its slots, and the queues that it serves; None stands for all queues."""

    name: str
    slots: int
    queues: frozenset[str] | None = None


@dataclass(frozen=True)
class Failures:
    """How nodes fail: exponentially distributed times to failure and to repair.

    The tasks of a failed node are due again after `lease_ms`, like tasks whose leases expire, and
    after the backoff of `policy.retries`. A task that was lost `max_attempts` times has failed.
    """

    mtbf_ms: int
    mttr_ms: int
    lease_ms: int = 30_000
    max_attempts: int = 3


@dataclass(frozen=True)
class Cluster:
    """Nodes, and how they fail."""

    nodes: Sequence[NodeSpec]
    failures: Failures | None = None

    @property
    def slots(self) -> int:
        """The number of slots of all nodes."""
        return sum(node.slots for node in self.nodes)

    @property
    def largest(self) -> int:
        """The number of slots of the largest node."""
        return max(node.slots for node in self.nodes)


def uniform(nodes: int, slots: Sequence[int], failures: Failures | None = None) -> Cluster:
    """Return a cluster whose nodes take their sizes from `slots` in turn."""
    width = len(str(nodes))
    return Cluster(
        [
            NodeSpec(f"node-{index + 1:0{width}}", slots[index % len(slots)])
            for index in range(nodes)
        ],
        failures,
    )


class VirtualNode:
    """A node while it is simulated; a `Capacity` of the policy's rules."""

    __slots__ = ("_starts", "ends", "free", "is_up", "name", "queues", "slots")

    def __init__(self, spec: NodeSpec, queues: Set[str]) -> None:
        """Start an idle node that serves the given queues."""
        self.name = spec.name
        self.queues = queues if spec.queues is None else spec.queues
        self.slots = spec.slots
        self.free = spec.slots
        self.is_up = True
        # (expected end, number of the task, slots) of running tasks, the next end first.
        self.ends: list[tuple[int, int, int]] = []
        self._starts: dict[int, int] = {}

    def occupy(self, end: tuple[int, int, int]) -> None:
        """Add a running task."""
        insort(self.ends, end)
        self.free -= end[2]
        self._starts.clear()

    def release(self, end: tuple[int, int, int]) -> None:
        """Remove a running task."""
        self.ends.remove(end)
        self.free += end[2]
        self._starts.clear()

    def clear(self) -> None:
        """Remove all running tasks."""
        self.ends.clear()
        self.free = self.slots
        self._starts.clear()

    def start_of(self, slots: int, now: int) -> int | None:
        """Return when this many slots will be free; None if the node never has that many."""
        if slots <= self.free:
            return now
        if slots > self.slots:
            return None
        end = self._starts.get(slots)
        if end is None:
            end = self._starts[slots] = self._end_that_frees(slots)
        return max(end, now)

    def free_at(self, time: int, now: int) -> int:
        """Return how many slots will be free at a time if nothing else starts before."""
        return self.free + sum(slots for end, _, slots in self.ends if max(end, now) <= time)

    def _end_that_frees(self, slots: int) -> int:
        free = self.free
        for end, _, released in self.ends:
            free += released
            if free >= slots:
                return end
        raise AssertionError("all slots of a node are free once its tasks have ended")
