"""Claims tasks in a pool process of a worker node, runs them and stores their results.

Only a claim in the database gives the right to run a task, and only the attempt that still holds a
task can complete it. So it does not matter how often, or how late, the broker delivers a message.
"""

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from functools import partial
from typing import NamedTuple, TypeVar

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection

from tasks_app import dispatch, policy
from tasks_app.log import events
from tasks_app.models import ClusterEvent, Task
from tasks_app.policy import Candidate, Choice, NodeCapacity
from tasks_app.sql import outages
from tasks_app.sql.claiming import claims, concurrency, fair_share
from tasks_app.sql.claiming.claims import ClaimingNode
from tasks_app.sql.tasks import leases, transitions
from tasks_app.sql.tasks.transitions import Outcome, Transition
from tasks_app.sql.transactions import in_transaction

logger = logging.getLogger(__name__)

# Tasks without a duration are claimed in batches of up to this many.
BATCH = 250
# After this long a process returns to Celery, which can then deliver another message to it.
TIME_SLICE_SECONDS = 5.0
# A running task renews its lease, and checks whether it is cancelled, this often.
RENEW_SECONDS = 1.0
# Pauses between attempts while the database restarts. After them, the lease expires.
RETRY_PAUSES_SECONDS = (0.1, 0.3, 1.0, 2.0, 4.0)
# If more processes of the node could claim, this many are woken at a time.
WAKE_AT_ONCE = 2

T = TypeVar("T")


class Claim(NamedTuple):
    """The tasks that one claim took, and the work that it left.

    Attributes:
        tasks: The claimed tasks.
        fits: The number of further processes of the node that could claim now.
        left: The queues that have more due tasks.
        others: The nodes that could run tasks that this one cannot.
        busy_key: A concurrency key with a limit of more than 1 that another claim had locked, if
            nothing was claimed.
    """

    tasks: list[Transition]
    fits: int = 0
    left: frozenset[str] = frozenset()
    others: frozenset[str] = frozenset()
    busy_key: str = ""


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
        wake_node: Makes up to a number of idle processes of the node claim too.
        is_stopping: Returns whether the node stops; then nothing more is claimed.

    Returns:
        The number of attempts that ended.
    """
    count, end = 0, time.monotonic() + TIME_SLICE_SECONDS
    is_first = True
    while not is_stopping():
        claimed = _retrying(lambda: claim(node, celery_task_id=celery_task_id))
        if is_first:
            _wake_others(claimed)
            is_first = False
        if not claimed.tasks and claimed.busy_key:
            _retrying(partial(concurrency.wait_for, claimed.busy_key))
            continue
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
    """Wake nodes with free slots for the work that a claim left."""
    if claimed.tasks:
        dispatch.wake(claimed.left)
    elif claimed.others:
        # By name, because this node would take the wake-up again.
        dispatch.refresh(claimed.others)


def _run(tasks: Sequence[Transition], node: str) -> int:
    outcomes = [outcome_of(task) for task in tasks if _work(task)]
    if not outcomes:
        return 0
    completed = _retrying(lambda: complete(outcomes, node=node))
    if len(completed) < len(outcomes):
        count = len(outcomes) - len(completed)
        logger.warning("%d results discarded: their attempts had lost their leases", count)
    return len(completed)


def outcome_of(task: Transition) -> Outcome:
    """Return the outcome of an attempt that has done its work, or failed on purpose."""
    result = None if task.attempt <= task.fail_attempts else task.a + task.b
    return Outcome(task.id, task.run, task.attempt, result)


@in_transaction
def claim(node: str, *, celery_task_id: str) -> Claim:
    """Claim the best tasks that fit a node now, for one attempt under a lease.

    Opens a transaction.
    """
    claims.lock_node(node)
    found = claims.find_node(node)
    if found is None:
        return Claim([])
    capacity = NodeCapacity(node, found.queues, found.slots, claims.occupied(found.id))
    candidates = claims.candidates(found.queues, found.scheduling)
    rules = fair_share.rules_of(found.scheduling)
    busy_key = ""
    for choice in _choices(candidates, capacity, found, rules):
        key = choice.candidate.concurrency_key
        if key and not concurrency.try_lock(key):
            # The other claim takes the only place of the key, or one of several.
            busy_key = busy_key or key * (choice.candidate.concurrency_limit > 1)
            continue
        tasks = claims.take(
            choice,
            found.scheduling,
            node_id=found.id,
            celery_task_id=celery_task_id,
            lease=_lease(),
            batch=BATCH,
        )
        if tasks:
            rules.started([task.id for task in tasks], candidates)
            events.tasks_changed(tasks, node=node)
            return _claimed(tasks, choice.candidate, candidates, capacity)
    others = _nodes_that_fit(candidates, node) if candidates else frozenset()
    return Claim([], others=others, busy_key=busy_key)


def _choices(
    candidates: Sequence[Candidate],
    capacity: NodeCapacity,
    node: ClaimingNode,
    rules: fair_share.Rules,
) -> Iterator[Choice[Candidate]]:
    """Yield what a node may claim now by the policy of the cluster, best first."""
    is_backfilled = node.scheduling.backfill
    if not is_backfilled:
        candidates = _without_too_large(candidates, capacity)
    return policy.choices(
        candidates, capacity, claims.capacities, node.now, rules.order, backfill=is_backfilled
    )


def _without_too_large(
    candidates: Sequence[Candidate], capacity: NodeCapacity
) -> Sequence[Candidate]:
    """Leave out tasks that no node can run: the others do not wait for them."""
    if all(candidate.slots <= capacity.slots for candidate in candidates):
        return candidates
    nodes = claims.capacities()
    return [
        candidate
        for candidate in candidates
        if any(candidate.queue in n.queues and candidate.slots <= n.slots for n in nodes)
    ]


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
    """Return the number of idle processes of a node that could claim now, up to a few."""
    found = claims.find_node(node)
    if found is None:
        return 0
    capacity = NodeCapacity(node, found.queues, found.slots, claims.occupied(found.id))
    if capacity.free <= 0:
        return 0
    candidates = claims.candidates(found.queues, found.scheduling)
    choices = _choices(candidates, capacity, found, fair_share.rules_of(found.scheduling))
    first = next(choices, None)
    if first is None:
        return 0
    return min(capacity.free, first.candidate.size + sum(1 for _ in choices))


@in_transaction
def complete(outcomes: Sequence[Outcome], *, node: str) -> list[Transition]:
    """Store the results of the attempts that still hold their tasks. Opens a transaction.

    The tasks of attempts that failed are pending again, or failed.
    """
    completed = transitions.complete(outcomes)
    pending = [task for task in completed if task.status == Task.Status.PENDING]
    ended = [task for task in completed if task.status != Task.Status.PENDING]
    events.tasks_changed(pending, node=node, kind=ClusterEvent.Kind.TASK_ATTEMPT_FAILED)
    events.tasks_changed(ended, node=node)
    if queues := concurrency.waiting_queues(completed):
        dispatch.wake_after_commit(queues)
    return completed


def _lease() -> timedelta:
    return timedelta(seconds=settings.TASK_LEASE_SECONDS)


def _work(task: Transition) -> bool:
    """Occupy the process for the task's duration; return False if the lease was lost."""
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
    except (DatabaseError, InterfaceError) as error:
        if not outages.message_of(error):
            raise
        connection.close()
        return False  # The next renewal or completion finds out whether the lease was lost.


def _retrying(transact: Callable[[], T]) -> T:
    """Run a transaction, and retry it while the database is unavailable.

    A retry is harmless even if a commit succeeded whose response was lost: a claimed task is not
    claimed again, and a completed one is not completed again.
    """
    for pause in RETRY_PAUSES_SECONDS:
        try:
            return transact()
        except (DatabaseError, InterfaceError) as error:
            if not outages.message_of(error):
                raise
            logger.warning("database unavailable: %s; retrying in %s s", str(error).strip(), pause)
            connection.close()
            time.sleep(pause)
    return transact()
