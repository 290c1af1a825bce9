"""What a worker process does: claim the best tasks that fit, add, store the results, again.

Only a claim in the database gives the right to run a task, and only the attempt that still holds a
task may complete it. So it does not matter how often, or how late, the broker delivers a message.
"""

import logging
import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import NamedTuple, TypeVar

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection

from tasks_app import dispatch, policy
from tasks_app.log import events
from tasks_app.policy import Candidate, NodeCapacity
from tasks_app.sql import claims, leases, transitions
from tasks_app.sql.transactions import in_transaction
from tasks_app.sql.transitions import Outcome, Transition

logger = logging.getLogger(__name__)

# Tasks without a duration are claimed in batches of up to this many.
BATCH = 250
# After this long a process returns to Celery, which gives it the next message.
TIME_SLICE_SECONDS = 5.0
# A running task renews its lease, and looks whether it is cancelled, this often.
RENEW_SECONDS = 1.0
# Pauses between tries while the database restarts; after them, the lease decides.
RETRY_PAUSES_SECONDS = (0.1, 0.3, 1.0, 2.0, 4.0)
# A node that claims, and sees that it could use more processes, wakes this many at a time.
WAKE_AT_ONCE = 2

T = TypeVar("T")


class Claim(NamedTuple):
    """What one claim took, and what it left.

    `fits` tells how many more processes of the node could claim now. `left` are the queues that
    have more due tasks. `others` names the nodes that could run what this one could not.
    """

    tasks: list[Transition]
    fits: int = 0
    left: frozenset[str] = frozenset()
    others: frozenset[str] = frozenset()


def run(
    node: str,
    *,
    celery_task_id: str,
    wake_node: Callable[[int], None],
    is_stopping: Callable[[], bool],
) -> int:
    """Claim and run tasks until nothing fits, or the time slice is over.

    Args:
        node: The name of the node whose process this is.
        celery_task_id: The Celery message in whose execution the tasks are claimed.
        wake_node: Makes up to this many idle processes of the node claim too.
        is_stopping: Whether the node stops; then nothing more is claimed.

    Returns:
        How many tasks were completed.
    """
    count, end = 0, time.monotonic() + TIME_SLICE_SECONDS
    is_first = True
    while not is_stopping():
        claimed = _persistently(lambda: claim(node, celery_task_id=celery_task_id))
        if is_first:
            _wake_others(claimed)
            is_first = False
        if not claimed.tasks:
            break
        if claimed.fits:
            wake_node(min(claimed.fits, WAKE_AT_ONCE))
        count += _run(claimed.tasks, node)
        if time.monotonic() > end:
            wake_node(1)
            break
    return count


def _wake_others(claimed: Claim) -> None:
    """Let nodes with free slots know of what this claim left."""
    if claimed.tasks:
        dispatch.wake(claimed.left)
    elif claimed.others:
        # By name, because this node would take the wake-up again.
        dispatch.refresh(claimed.others)


def _run(tasks: Sequence[Transition], node: str) -> int:
    outcomes = [
        Outcome(task.id, task.run, task.attempt, task.a + task.b) for task in tasks if _work(task)
    ]
    if not outcomes:
        return 0
    completed = _persistently(lambda: complete(outcomes, node=node))
    if len(completed) < len(outcomes):
        count = len(outcomes) - len(completed)
        logger.warning("%d results discarded: their attempts had lost their leases", count)
    return len(completed)


@in_transaction
def claim(node: str, *, celery_task_id: str) -> Claim:
    """Take the best tasks that fit a node now, for one attempt under a lease."""
    claims.lock_node(node)
    found = claims.find_node(node)
    if found is None:
        return Claim([])
    capacity = NodeCapacity(node, found.queues, found.slots, claims.occupied(found.id))
    candidates = claims.candidates(found.queues)
    for choice in policy.choices(candidates, capacity, claims.capacities, found.now):
        tasks = claims.take(
            choice,
            node_id=found.id,
            celery_task_id=celery_task_id,
            lease=_lease(),
            batch=BATCH,
        )
        if tasks:
            events.tasks_changed(tasks, node=node)
            return _claimed(tasks, choice.candidate, candidates, capacity)
    return Claim([], others=_nodes_that_fit(candidates, node) if candidates else frozenset())


def _claimed(
    tasks: list[Transition],
    taken: Candidate,
    candidates: Sequence[Candidate],
    capacity: NodeCapacity,
) -> Claim:
    is_batch_full = len(tasks) == BATCH
    rest = taken.size - 1 if taken.runs_alone else int(is_batch_full and taken.size > 1)
    left = [c for c in candidates if c is not taken]
    left += [taken._replace(size=rest)] if rest else []
    free = capacity.free - taken.slots
    fits = min(free, sum(candidate.size for candidate in left if candidate.slots <= free))
    return Claim(tasks, fits, frozenset(candidate.queue for candidate in left))


def _nodes_that_fit(candidates: Sequence[Candidate], node: str) -> frozenset[str]:
    """Return the other nodes that have enough free slots for one of the candidates."""
    return frozenset(
        peer.name
        for peer in claims.capacities()
        if peer.name != node
        and any(c.queue in peer.queues and c.slots <= peer.free for c in candidates)
    )


def can_claim(node: str) -> int:
    """Return how many idle processes of a node could claim now, up to a few."""
    found = claims.find_node(node)
    if found is None:
        return 0
    capacity = NodeCapacity(node, found.queues, found.slots, claims.occupied(found.id))
    if capacity.free <= 0:
        return 0
    candidates = claims.candidates(found.queues)
    choices = policy.choices(candidates, capacity, claims.capacities, found.now)
    first = next(choices, None)
    if first is None:
        return 0
    return min(capacity.free, first.candidate.size + sum(1 for _ in choices))


@in_transaction
def complete(outcomes: Sequence[Outcome], *, node: str) -> list[Transition]:
    """Store the results of the attempts that still hold their tasks."""
    completed = transitions.complete(outcomes)
    events.tasks_changed(completed, node=node)
    return completed


def _lease() -> timedelta:
    return timedelta(seconds=settings.TASK_LEASE_SECONDS)


def _work(task: Transition) -> bool:
    """Occupy the process for the task's duration; return False if the task was taken away."""
    now = time.monotonic()
    end, renew_at = now + task.duration_ms / 1000, now + RENEW_SECONDS
    while (now := time.monotonic()) < end:
        time.sleep(min(end, renew_at) - now)
        if time.monotonic() >= renew_at:
            is_cancelled = _renew_lease(task)
            if is_cancelled is None:
                return False
            if is_cancelled:
                return True  # complete() makes it CANCELLED.
            renew_at = time.monotonic() + RENEW_SECONDS
    return True


def _renew_lease(task: Transition) -> bool | None:
    try:
        return leases.renew(task.id, run=task.run, attempt=task.attempt, lease=_lease())
    except (OperationalError, InterfaceError):
        connection.close()
        return False  # The lease tells, once the database is back.


def _persistently(transact: Callable[[], T]) -> T:
    """Run a transaction, again and again while the database is unavailable.

    Repeating is harmless even if an unanswered commit did happen: a claimed task is not claimed
    again, and a completed one is not completed again.
    """
    for pause in RETRY_PAUSES_SECONDS:
        try:
            return transact()
        except (OperationalError, InterfaceError) as error:
            logger.warning("database: %s; trying again in %s s", str(error).strip(), pause)
            connection.close()
            time.sleep(pause)
    return transact()
