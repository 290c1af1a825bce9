"""The due tasks of a simulation, in groups of the same queue and width."""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterator
from operator import attrgetter

from tasks_app.policy import SEARCH_DEPTH, Key
from tasks_app.simulation.workloads.workload import SimulatedTask

# Chunks are split at twice this size.
_CHUNK = 200

_key = attrgetter("key")


class DueTask:
    """A due task; a `Claimable` of the policy's rules.

    `duration_ms` is the estimate, because the scheduler knows no other duration.
    """

    __slots__ = (
        "attempt",
        "due_at",
        "duration_ms",
        "id",
        "key",
        "owner",
        "priority",
        "queue",
        "runtime",
        "size",
        "slots",
        "task",
    )
    runs_alone = True

    def __init__(self, id: int, task: SimulatedTask, overhead_ms: int) -> None:
        """Make a task of a workload due; its number in the workload is the last part of keys."""
        self.id = id
        self.task = task
        self.queue = task.queue
        self.owner = task.owner
        self.slots = task.slots
        self.size = task.size
        self.priority = task.priority
        self.due_at = task.submit_ms
        self.duration_ms = task.estimate_ms
        self.runtime = task.estimate_ms + overhead_ms
        self.attempt = 0
        self.key: Key = ()

    def max_duration_ms(self, window: int) -> int:
        """Return the longest duration that ends within a window; negative if there is none."""
        return window - (self.runtime - self.duration_ms)


class Group:
    """The due tasks of one queue that need the same number of slots, sorted by their keys.

    They are in chunks, each with its shortest duration, so that the search for a short task skips
    most of them.
    """

    def __init__(self) -> None:
        """Start with no tasks."""
        self._chunks: list[list[DueTask]] = []
        self._shortest: list[int] = []

    def __bool__(self) -> bool:
        """Return whether the group has tasks."""
        return bool(self._chunks)

    def __iter__(self) -> Iterator[DueTask]:
        """Iterate over the tasks in order."""
        return (task for chunk in self._chunks for task in chunk)

    @property
    def first(self) -> DueTask:
        """The first task."""
        return self._chunks[0][0]

    def add(self, task: DueTask) -> None:
        """Insert a task at the place of its key."""
        chunks, shortest = self._chunks, self._shortest
        if not chunks:
            chunks.append([task])
            shortest.append(task.duration_ms)
            return
        index = max(0, bisect_left(chunks, task.key, key=lambda chunk: chunk[0].key) - 1)
        chunk = chunks[index]
        insort(chunk, task, key=_key)
        shortest[index] = min(shortest[index], task.duration_ms)
        if len(chunk) > 2 * _CHUNK:
            chunks[index : index + 1] = [chunk[:_CHUNK], chunk[_CHUNK:]]
            shortest[index : index + 1] = map(_shortest_of, chunks[index : index + 2])

    def remove(self, task: DueTask) -> None:
        """Remove a task of the group."""
        index = bisect_right(self._chunks, task.key, key=lambda chunk: chunk[0].key) - 1
        position = bisect_left(self._chunks[index], task.key, key=_key)
        self._remove(index, position)

    def take(self, max_duration_ms: int | None) -> DueTask | None:
        """Remove the first task, or the first one that is short enough, as a claim does.

        Returns None if none of the first tasks is short enough.
        """
        if max_duration_ms is None:
            return self._remove(0, 0)
        seen = 0
        for index, chunk in enumerate(self._chunks):
            if self._shortest[index] <= max_duration_ms:
                for position, task in enumerate(chunk[: SEARCH_DEPTH - seen]):
                    if task.duration_ms <= max_duration_ms:
                        return self._remove(index, position)
            seen += len(chunk)
            if seen >= SEARCH_DEPTH:
                return None
        return None

    def _remove(self, index: int, position: int) -> DueTask:
        chunk = self._chunks[index]
        task = chunk.pop(position)
        if not chunk:
            del self._chunks[index], self._shortest[index]
        elif task.duration_ms == self._shortest[index]:
            self._shortest[index] = _shortest_of(chunk)
        return task


def _shortest_of(chunk: list[DueTask]) -> int:
    return min(task.duration_ms for task in chunk)
