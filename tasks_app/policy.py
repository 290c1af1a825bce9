"""Which task a worker node claims next: pure rules over plain values, without a database.

`sql/claims.py` reads the values and `execution.py` applies the rules, so anything else that
schedules by the same rules can use them too.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import accumulate
from typing import Any, NamedTuple
from uuid import UUID

# Time that claiming and storing a result adds to a task's duration.
OVERHEAD = timedelta(milliseconds=100)


class Candidate(NamedTuple):
    """The first due task of a group, in claim order.

    A group is the due tasks of one queue that need the same number of slots, and that run either in
    batches or one by one (`runs_alone`). `is_limited` tells whether the queue limits how many of
    its tasks run, and `size` how many tasks the group has, counted up to a few.
    """

    queue: str
    slots: int
    runs_alone: bool
    is_limited: bool
    size: int
    id: UUID
    priority: int
    due_at: datetime
    duration_ms: int

    @property
    def runtime(self) -> timedelta:
        """How long the task occupies its slots."""
        return timedelta(milliseconds=self.duration_ms) + OVERHEAD


class Occupied(NamedTuple):
    """Slots that running work occupies, and when it is expected to release them."""

    slots: int
    until: datetime


class NodeCapacity(NamedTuple):
    """The slots of a node, and the work that occupies some of them."""

    name: str
    queues: Sequence[str]
    slots: int
    occupied: Sequence[Occupied]

    @property
    def busy(self) -> int:
        return sum(work.slots for work in self.occupied)

    @property
    def free(self) -> int:
        return self.slots - self.busy

    def start_of(self, slots: int, now: datetime) -> datetime | None:
        """Return when this many slots will be free; None if the node never has that many."""
        if slots > self.slots:
            return None
        if slots <= self.free:
            return now
        releases = sorted((max(work.until, now), work.slots) for work in self.occupied)
        totals = accumulate((count for _, count in releases), initial=self.free)
        next(totals)
        return next(
            (at for (at, _), free in zip(releases, totals, strict=True) if free >= slots), None
        )

    def free_at(self, time: datetime, now: datetime) -> int:
        """Return how many slots will be free at a time if nothing else starts before."""
        released = (work.slots for work in self.occupied if max(work.until, now) <= time)
        return self.free + sum(released)


class Reservation(NamedTuple):
    """The slots that a node keeps for a large task, as in EASY backfill.

    Other tasks start before it only if they end by `starts_at`, or fit into the `spare` slots that
    are free then and that the large task does not need.
    """

    candidate: Candidate
    starts_at: datetime
    spare: int


class Choice(NamedTuple):
    """A group to claim from: its first task, or its first one that is short enough."""

    candidate: Candidate
    max_duration_ms: int | None = None


Order = Callable[[Candidate], Any]
Peers = Callable[[], Iterable[NodeCapacity]]


def by_priority(candidate: Candidate) -> Any:
    """Order by priority, highest first, then by the time since which the task is due."""
    return -candidate.priority, candidate.due_at, candidate.id


# The same order inside a group, in SQL; an index of the tasks table serves it.
BY_PRIORITY_SQL = "priority DESC, due_at, id"


def choices(
    candidates: Iterable[Candidate],
    node: NodeCapacity,
    peers: Peers,
    now: datetime,
    order: Order = by_priority,
) -> Iterator[Choice]:
    """Yield what the node may claim now, best first.

    Args:
        candidates: The groups of the queues that the node serves, without those that a pause or a
            limit holds back.
        node: The node that claims.
        peers: Returns the other nodes; called only if a task does not fit.
        now: The database's clock.
        order: The policy.
    """
    reservation: Reservation | None = None
    for candidate in sorted(candidates, key=order):
        if candidate.slots > node.slots:
            continue
        if candidate.slots <= node.free:
            choice = _choice(candidate, reservation, now)
            if choice:
                yield choice
        elif reservation is None:
            reservation = reserve(candidate, node, peers(), now)


def reservation_of(
    node: NodeCapacity,
    candidates: Iterable[Candidate],
    peers: Iterable[NodeCapacity],
    now: datetime,
    order: Order = by_priority,
) -> Reservation | None:
    """Return the reservation that a node keeps now, if any, by the arguments of `choices`."""
    blocked = (c for c in candidates if node.free < c.slots <= node.slots)
    nodes = list(peers)
    reservations = (reserve(c, node, nodes, now) for c in sorted(blocked, key=order))
    return next(filter(None, reservations), None)


def reserve(
    candidate: Candidate, node: NodeCapacity, peers: Iterable[NodeCapacity], now: datetime
) -> Reservation | None:
    """Return the node's reservation for a task; None if another node can start the task sooner."""
    starts_at = node.start_of(candidate.slots, now)
    if starts_at is None:
        return None
    for peer in peers:
        if peer.name == node.name or candidate.queue not in peer.queues:
            continue
        start = peer.start_of(candidate.slots, now)
        if start is not None and (start, peer.name) < (starts_at, node.name):
            return None
    spare = node.free_at(starts_at, now) - candidate.slots
    return Reservation(candidate, starts_at, spare)


def _choice(candidate: Candidate, reservation: Reservation | None, now: datetime) -> Choice | None:
    if reservation is None or candidate.slots <= reservation.spare:
        return Choice(candidate)
    window = reservation.starts_at - now
    if candidate.runtime <= window:
        return Choice(candidate)
    max_duration = window - OVERHEAD
    if candidate.runs_alone and max_duration >= timedelta(0):
        return Choice(candidate, int(max_duration / timedelta(milliseconds=1)))
    return None
