"""Named policies: in which order due tasks are claimed.

Each policy gives a task a key when the task becomes due; tasks are claimed in the order of their
keys. A key never changes, so tasks stay sorted while they wait. Ages need no new keys either: the
difference of two tasks' ages is constant.

The running cluster orders its claims by these keys too (in SQL: `sql/claiming/claim_orders.py`).
Its fair share of queues is in `shares.py`.
"""

from collections.abc import Callable, Mapping
from datetime import timedelta
from heapq import heappop, heappush
from typing import Any, Literal, Protocol

from tasks_app.options import AGING_MS
from tasks_app.policy.claim import Key, by_priority


class Keyed(Protocol):
    """A task that a policy with fixed keys orders. The time is of the cluster or the simulation."""

    @property
    def id(self) -> object: ...
    @property
    def priority(self) -> int: ...
    @property
    def due_at(self) -> Any: ...
    @property
    def duration_ms(self) -> int: ...


class Ordered(Protocol):
    """A task that a policy of the simulation orders. Times are integer milliseconds."""

    @property
    def id(self) -> object: ...
    @property
    def queue(self) -> str: ...
    @property
    def owner(self) -> str: ...
    @property
    def priority(self) -> int: ...
    @property
    def slots(self) -> int: ...
    @property
    def due_at(self) -> int: ...
    @property
    def duration_ms(self) -> int: ...


class Policy:
    """A policy whose keys depend on nothing but the task."""

    def __init__(self, key: Callable[[Ordered], Key]) -> None:
        """Use a function that returns a task's key."""
        self.key = key

    def started(self, key: Key) -> None:
        """Take note that the task with this key has started."""

    def idle(self) -> None:
        """Take note that no task is due or running."""


def by_due_time(task: Keyed) -> Key:
    """First in, first out: order by the time at which a task became due."""
    return task.due_at, task.id


def by_duration(task: Keyed) -> Key:
    """Shortest job first: order by the (estimated) duration."""
    return task.duration_ms, task.due_at, task.id


def by_aged_priority(aging: int | timedelta) -> Callable[[Keyed], Key]:
    """Order by priority plus one for each `aging` for which a task has been due.

    Between two tasks, the difference of priority + (now - due) / aging is the same at any time.
    So the key is due - priority * aging, the smallest first.
    """
    return lambda task: (task.due_at - task.priority * aging, task.due_at, task.id)


def thousandths(weight: float) -> int:
    """Return a weight as an integer, so that tags are exact."""
    return round(weight * 1000)


class Costly(Protocol):
    """A task that has a cost."""

    @property
    def slots(self) -> int: ...
    @property
    def duration_ms(self) -> int: ...


def length(task: Costly, thousandths: int) -> int:
    """Return by how much a task moves the finish tag of a share with this weight."""
    # A task without a duration still occupies its slots for a moment.
    return task.slots * max(1, task.duration_ms) * 1_000_000 // thousandths


class FairShare(Policy):
    """Weighted fair share by owner or by queue, inside each priority.

    Start-time fair queueing (Goyal, Vin and Cheng, 1996): a task gets a start tag, the later of the
    virtual time and its owner's last finish tag, and moves that finish tag by cost / weight. The
    cost is slots * duration. Tasks are claimed in the order of start tags. Each priority has tags
    and a virtual time of its own. An owner without tasks saves no credit.
    """

    def __init__(self, by: Literal["owner", "queue"], weights: Mapping[str, float]) -> None:
        """Share by the owners or the queues of tasks; weights are 0.001 or more, 1 by default."""
        super().__init__(self._key)
        self._by = by
        self._thousandths = {share: thousandths(weight) for share, weight in weights.items()}
        self._levels: dict[int, _Level] = {}

    def _key(self, task: Ordered) -> Key:
        level = self._levels.setdefault(-task.priority, _Level())
        share = task.owner if self._by == "owner" else task.queue
        start = level.tag(share, length(task, self._thousandths.get(share, 1000)))
        key = -task.priority, start, task.due_at, task.id
        heappush(level.waiting, key)
        return key

    def started(self, key: Key) -> None:
        """Move the virtual time of the task's priority."""
        self._levels[key[0]].started(key)

    def idle(self) -> None:
        """Let all owners start again from the same virtual time."""
        self._levels.clear()


class _Level:
    """The tags and the virtual time of one priority.

    The virtual time is the smallest start tag that was waiting when the last task started. It is
    not the tag of that task: backfill starts a task before others with smaller tags, and a new
    owner would then have to wait behind all of these.
    """

    def __init__(self) -> None:
        self.waiting: list[Key] = []
        self._started: set[Key] = set()
        self._virtual_time = 0
        self._finish_tags: dict[str, int] = {}

    def tag(self, share: str, length: int) -> int:
        """Return the start tag of a task and move the finish tag of its owner or queue."""
        start = max(self._virtual_time, self._finish_tags.get(share, 0))
        self._finish_tags[share] = start + length
        return start

    def started(self, key: Key) -> None:
        """Move the virtual time to the smallest tag that waited. A lost task can start again."""
        waiting = self.waiting
        self._started.add(key)
        self._virtual_time = max(
            self._virtual_time, min(key[1], waiting[0][1] if waiting else key[1])
        )
        while waiting and waiting[0] in self._started:
            self._started.remove(heappop(waiting))


# The policies whose keys depend on nothing but the task, by name and with the ageing.
_FIXED: dict[str, Callable[[int | timedelta], Callable[[Any], Key]]] = {
    "fifo": lambda _: by_due_time,
    "priority": lambda _: by_priority,
    "aged-priority": by_aged_priority,
    "shortest-first": lambda _: by_duration,
}
NAMES = (*_FIXED, "fair-share")


def fixed_key(name: str, aging: int | timedelta) -> Callable[[Any], Key]:
    """Return the key of a policy other than `fair-share`, by its name.

    Args:
        name: The policy.
        aging: For `aged-priority`: how long a task waits until it counts as one priority higher;
            milliseconds in the simulation.
    """
    return _FIXED[name](aging)


def make(
    name: str,
    *,
    aging_ms: int = AGING_MS,
    share_by: Literal["owner", "queue"] = "owner",
    weights: Mapping[str, float] | None = None,
) -> Policy:
    """Return a new policy of the simulation by its name, one of `NAMES`.

    Args:
        name: The policy.
        aging_ms: For `aged-priority`: milliseconds of waiting that count as one priority.
        share_by: For `fair-share`: what has a share.
        weights: For `fair-share`: weights that differ from 1, by owner or queue.
    """
    if name == "fair-share":
        return FairShare(share_by, weights or {})
    if name not in _FIXED:
        raise ValueError(f"Unknown policy {name!r}. Choose one of: {', '.join(NAMES)}.")
    return Policy(fixed_key(name, aging_ms))
