"""The fair share of queues in the running cluster: start-time fair queueing with lazy tags.

`orders.FairShare` gives a tag to each task when it becomes due. The cluster cannot: a request makes
thousands of tasks due at once. So the first due task of a queue gets its tag when a claim looks at
it: the later of the virtual time and the queue's finish tag. The tag of a queue that waits does not
change, because the virtual time never passes the smallest tag that waits. So the order is the same.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from tasks_app.policy.claim import Key


class Queued(Protocol):
    """A due task of a queue."""

    @property
    def id(self) -> object: ...
    @property
    def queue(self) -> str: ...
    @property
    def priority(self) -> int: ...
    @property
    def due_at(self) -> Any: ...


@dataclass(frozen=True)
class Shares:
    """The tags of queues. Each priority has tags and a virtual time of its own.

    Attributes:
        finish_tags: The finish tags, by queue and priority.
        virtual_times: The virtual times, by priority.
    """

    finish_tags: Mapping[tuple[str, int], int] = field(default_factory=dict)
    virtual_times: Mapping[int, int] = field(default_factory=dict)

    def start_tag(self, queue: str, priority: int) -> int:
        """Return the start tag of the first due task of a queue with this priority."""
        virtual_time = self.virtual_times.get(priority, 0)
        return max(virtual_time, self.finish_tags.get((queue, priority), 0))

    def key(self, task: Queued) -> Key:
        """Order by priority, then by start tag."""
        return -task.priority, self.start_tag(task.queue, task.priority), task.due_at, task.id

    def virtual_time_after(self, queue: str, priority: int, waiting: Iterable[Queued]) -> int:
        """Return the virtual time of a priority after a task of this queue has started.

        It is the smallest start tag that was waiting then.
        """
        queues = {task.queue for task in waiting if task.priority == priority} | {queue}
        return min(self.start_tag(each, priority) for each in queues)
