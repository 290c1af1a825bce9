"""Which task a worker node claims next: pure rules over plain values, without a database.

`sql/claiming/claims.py` reads the values and `execution.py` applies the rules to the running
cluster. The simulation applies the same rules to its own tasks and nodes, with integers as times;
so the rules use the protocols `Claimable` and `Capacity` only.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import accumulate
from typing import Any, Generic, NamedTuple, Protocol, TypeVar
from uuid import UUID

# Time that claiming and storing a result adds to a task's duration.
OVERHEAD = timedelta(milliseconds=100)
# How many of a group's first tasks are searched for one that is short enough.
SEARCH_DEPTH = 1_000


# The key by which tasks are sorted. All keys of an order have the same types.
Key = tuple[Any, ...]
Order = Callable[[Any], Key]
# The database's clock, or the simulation's.
Time = TypeVar("Time", datetime, int)


class Claimable(Protocol):
    """The first due task of a group, as the rules see it.

    `runtime` and `window` have the type of a difference of times.
    """

    @property
    def queue(self) -> str: ...
    @property
    def slots(self) -> int: ...
    @property
    def runs_alone(self) -> bool: ...
    @property
    def runtime(self) -> Any: ...

    def max_duration_ms(self, window: Any) -> int:
        """Return the longest duration that ends within a window; negative if there is none."""
        ...


class Capacity(Protocol[Time]):
    """The slots of a node, as the rules see them."""

    @property
    def name(self) -> str: ...
    @property
    def queues(self) -> Collection[str]: ...
    @property
    def slots(self) -> int: ...
    @property
    def free(self) -> int: ...

    def start_of(self, slots: int, now: Time) -> Time | None:
        """Return when this many slots will be free; None if the node never has that many."""
        ...

    def free_at(self, time: Time, now: Time) -> int:
        """Return how many slots will be free at a time if nothing else starts before."""
        ...


C = TypeVar("C", bound=Claimable)


class Candidate(NamedTuple):
    """The first due task of a group, in claim order.

    A group is the due tasks of one queue that need the same number of slots, and that run either in
    batches or one by one (`runs_alone`). Those with a concurrency key are a group for each key and
    limit; others have an empty key. `is_limited` says whether the queue limits how many of its
    tasks run or start, `has_start_rate` whether the latter, and `size` how many tasks the group
    has, counted up to a few.
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
    concurrency_key: str = ""
    concurrency_limit: int = 1
    has_start_rate: bool = False

    @property
    def runtime(self) -> timedelta:
        """How long the task occupies its slots."""
        return timedelta(milliseconds=self.duration_ms) + OVERHEAD

    def max_duration_ms(self, window: timedelta) -> int:
        """Return the longest duration that ends within a window; negative if there is none."""
        return (window - OVERHEAD) // timedelta(milliseconds=1)


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
        """The number of slots that are occupied."""
        return sum(work.slots for work in self.occupied)

    @property
    def free(self) -> int:
        """The number of slots that are free; negative if the node has shrunk."""
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


class Reservation(NamedTuple, Generic[C, Time]):
    """The slots that a node keeps for a large task, as in EASY backfill.

    Other tasks start before it only if they end by `starts_at`, or fit into the `spare` slots that
    are free then and that the large task does not need.
    """

    candidate: C
    starts_at: Time
    spare: int


class Choice(NamedTuple, Generic[C]):
    """A group to claim from: its first task, or its first one that is short enough."""

    candidate: C
    max_duration_ms: int | None = None


class Prioritized(Protocol):
    """A task with a priority."""

    @property
    def priority(self) -> int: ...
    @property
    def due_at(self) -> object: ...
    @property
    def id(self) -> object: ...


def by_priority(candidate: Prioritized) -> Key:
    """Order by priority, highest first, then by the time since which the task is due."""
    return -candidate.priority, candidate.due_at, candidate.id


# The same order inside a group, in SQL; an index of the tasks table serves it.
BY_PRIORITY_SQL = "priority DESC, due_at, id"


def choices(
    candidates: Iterable[C],
    node: Capacity[Time],
    peers: Callable[[], Iterable[Capacity[Time]]],
    now: Time,
    order: Order = by_priority,
    *,
    backfill: bool = True,
) -> Iterator[Choice[C]]:
    """Yield what the node may claim now, best first.

    Args:
        candidates: The groups of the queues that the node serves, without those that a pause or a
            limit holds back.
        node: The node that claims.
        peers: Returns the other nodes; called only if a task does not fit.
        now: The database's clock, or the simulation's.
        order: The policy.
        backfill: Whether tasks may overtake one that waits for slots. If not, the node claims
            nothing that comes after a task that does not fit it.
    """
    reservation: Reservation[C, Time] | None = None
    for candidate in sorted(candidates, key=order):
        if candidate.slots <= node.free:
            choice = _choice(candidate, reservation, now)
            if choice:
                yield choice
        elif not backfill:
            return
        elif reservation is None and candidate.slots <= node.slots:
            reservation = reserve(candidate, node, peers(), now)


def reservation_of(
    node: Capacity[Time],
    candidates: Iterable[C],
    peers: Iterable[Capacity[Time]],
    now: Time,
    order: Order = by_priority,
) -> Reservation[C, Time] | None:
    """Return the reservation that a node keeps now, if any, by the arguments of `choices`."""
    blocked = (c for c in candidates if node.free < c.slots <= node.slots)
    nodes = list(peers)
    reservations = (reserve(c, node, nodes, now) for c in sorted(blocked, key=order))
    return next(filter(None, reservations), None)


def reserve(
    candidate: C, node: Capacity[Time], peers: Iterable[Capacity[Time]], now: Time
) -> Reservation[C, Time] | None:
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


def _choice(candidate: C, reservation: Reservation[C, Time] | None, now: Time) -> Choice[C] | None:
    if reservation is None or candidate.slots <= reservation.spare:
        return Choice(candidate)
    window = reservation.starts_at - now
    if candidate.runtime <= window:
        return Choice(candidate)
    max_duration = candidate.max_duration_ms(window)
    if candidate.runs_alone and max_duration >= 0:
        return Choice(candidate, max_duration)
    return None
