"""The order of a claim by the cluster's policy, and the tags of queues that share fairly.

The tags are written after the tasks are taken, in the same transaction. Claims of several nodes at
the same time can read the same tags; then a queue gets up to one claim of each node in a row, and
its finish tag moves by the cost of all of them.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import NamedTuple
from uuid import UUID

from tasks_app.policy import Candidate, Order
from tasks_app.policy.orders import fixed_key, length, thousandths
from tasks_app.policy.shares import Shares
from tasks_app.sql import due
from tasks_app.sql.claiming.scheduling import Scheduling
from tasks_app.sql.db import fetch

_TAGS = "SELECT queue, priority, finish_tag, virtual_time FROM tasks_app_fairsharetag"
# Returns whether a task is running, and when the last one ended.
_WORK = """
    SELECT EXISTS (SELECT FROM tasks_app_task WHERE status = 'RUNNING'),
           (SELECT max(finished_at) FROM tasks_app_task WHERE finished_at IS NOT NULL)
"""
# Returns what moves the tags: the tasks that a claim took, with the weights of their queues.
_TAKEN = """
    SELECT t.queue, t.priority, q.weight, t.slots, t.duration_ms
      FROM tasks_app_task t JOIN tasks_app_queue q ON q.name = t.queue
     WHERE t.id = ANY(%(ids)s::uuid[])
"""
# Moves the tags of a queue. Another claim can have moved them since they were read.
_MOVE = """
    INSERT INTO tasks_app_fairsharetag AS tag (queue, priority, finish_tag, virtual_time)
    VALUES (%(queue)s, %(priority)s, %(start)s::numeric + %(length)s, %(virtual_time)s)
    ON CONFLICT (queue, priority) DO UPDATE
       SET finish_tag = greatest(tag.finish_tag, %(start)s::numeric) + %(length)s,
           virtual_time = greatest(tag.virtual_time, excluded.virtual_time)
"""


class Taken(NamedTuple):
    """A task that a claim took."""

    queue: str
    priority: int
    weight: float
    slots: int
    duration_ms: int


class Rules(NamedTuple):
    """The policy of the cluster, with the tags of queues if they share fairly.

    Attributes:
        scheduling: The policy.
        shares: The tags. None if the policy needs none.
        restarts: Whether the stored tags are from before the cluster was idle.
    """

    scheduling: Scheduling
    shares: Shares | None = None
    restarts: bool = False

    @property
    def order(self) -> Order:
        """The key by which the first tasks of groups are sorted."""
        if self.shares:
            return self.shares.key
        return fixed_key(self.scheduling.policy, self.scheduling.aging)

    def started(self, ids: Collection[UUID], waiting: Iterable[Candidate]) -> None:
        """Move the tags for tasks that a claim took, of those that were waiting."""
        if self.shares is None:
            return
        if self.restarts:
            fetch("DELETE FROM tasks_app_fairsharetag")
        lengths: dict[tuple[str, int], int] = defaultdict(int)
        for task in map(Taken._make, fetch(_TAKEN, {"ids": list(ids)})):
            lengths[task.queue, task.priority] += length(task, thousandths(task.weight))
        candidates = list(waiting)
        for (queue, priority), total in lengths.items():
            params = {
                "queue": queue,
                "priority": priority,
                "start": self.shares.start_tag(queue, priority),
                "length": total,
                "virtual_time": self.shares.virtual_time_after(queue, priority, candidates),
            }
            fetch(_MOVE, params)


def rules_of(scheduling: Scheduling) -> Rules:
    """Return the rules of a claim that is made now."""
    if scheduling.policy != "fair-share":
        return Rules(scheduling)
    finish_tags: dict[tuple[str, int], int] = {}
    virtual_times: dict[int, int] = defaultdict(int)
    for queue, priority, finish_tag, virtual_time in fetch(_TAGS):
        finish_tags[queue, priority] = int(finish_tag)
        virtual_times[priority] = max(virtual_times[priority], int(virtual_time))
    if finish_tags and _was_idle():
        return Rules(scheduling, Shares(), restarts=True)
    return Rules(scheduling, Shares(finish_tags, virtual_times))


def _was_idle() -> bool:
    """Return whether the cluster had nothing to do before the tasks that are due now."""
    [(is_running, ended_at)] = fetch(_WORK)
    if is_running or ended_at is None:
        return False
    oldest = due.oldest()
    return oldest is not None and ended_at < oldest


def forget(queue: str) -> None:
    """Delete the tags of a queue."""
    fetch("DELETE FROM tasks_app_fairsharetag WHERE queue = %(queue)s", {"queue": queue})


def restart() -> None:
    """Delete all tags: queues share from now on."""
    fetch("DELETE FROM tasks_app_fairsharetag")
