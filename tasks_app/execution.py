"""What a worker does with the tasks it was handed: claim, add, complete.

The broker may deliver a message late, twice or never; only a claim in the database gives the
right to work on a task, and only the attempt that still holds it may complete it.
"""

import logging
import time
from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta
from typing import TypeVar
from uuid import UUID

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection, transaction

from tasks_app import dispatch, events
from tasks_app.models import ClusterEvent, WorkerNode, claims, leases, transitions
from tasks_app.models.claims import Claim, OpenQueue
from tasks_app.models.transitions import Moved, Outcome

logger = logging.getLogger(__name__)

# A running task looks this often whether it shall be cancelled or has been taken away.
LOOK_UP_SECONDS = 1.0
# So long, and so often looked for, a message waits at a node that has no room for it just now.
ROOM_SECONDS = 5.0
LOOK_FOR_ROOM_SECONDS = 0.05
# Of what waits, when something changes; the reconciler sends the rest.
HAND_OVER_AT_ONCE = 500
# Pauses between tries while the database restarts; then the lease decides.
RETRY_PAUSES_SECONDS = (0.1, 0.3, 1.0, 2.0, 4.0)

Kind = ClusterEvent.Kind

T = TypeVar("T")


def execute(ids: Sequence[UUID], *, node: str, celery_task_id: str) -> int:
    """Run those of the tasks that are still to be run; answers how many were completed."""
    claimed = _claim_when_there_is_room(ids, node, celery_task_id)
    outcomes = [
        Outcome(task.id, task.run, task.attempt, task.a + task.b) for task in claimed if _work(task)
    ]
    if not outcomes:
        return 0
    completed = _persistently(lambda: complete(outcomes, node=node))
    about = {"node": node, "celery_task_id": celery_task_id, "task_ids": list(map(str, ids))}
    logger.info("ran %d of %d tasks", len(completed), len(ids), extra=about)
    if len(completed) < len(outcomes):
        dropped = len(outcomes) - len(completed)
        logger.warning("%d results dropped: their tasks were taken over", dropped, extra=about)
    return len(completed)


def _claim_when_there_is_room(ids: Sequence[UUID], node: str, celery_task_id: str) -> list[Moved]:
    """What could be claimed within some seconds.

    While this process waits it takes no other message, so a node that is full leaves the rest in
    the broker for the others.
    """
    deadline = time.monotonic() + ROOM_SECONDS
    while True:
        claimed = _persistently(lambda: claim(ids, node=node, celery_task_id=celery_task_id))
        if claimed.tasks or not claimed.waits_for_room:
            return claimed.tasks
        while not (has_room := _persistently(lambda: claims.has_room(ids, node=node))):
            if has_room is None or time.monotonic() > deadline:
                return []
            time.sleep(LOOK_FOR_ROOM_SECONDS)


@transaction.atomic
def claim(ids: Sequence[UUID], *, node: str, celery_task_id: str) -> Claim:
    """Take what is due and free among these, and fits, for one attempt under a lease."""
    claimed = claims.claim(ids, node=node, celery_task_id=celery_task_id, lease=_lease())
    events.tasks_moved(claimed.tasks, node=node)
    return claimed


@transaction.atomic
def complete(outcomes: Sequence[Outcome], *, node: str) -> list[Moved]:
    """Store the results of the attempts that still hold their tasks."""
    completed = transitions.complete(outcomes)
    events.tasks_moved(completed, node=node)
    _hand_over_next(completed)
    return completed


@transaction.atomic
def give_back(celery_task_id: str) -> None:
    """Let others have what a message had claimed whose process died."""
    _given_back(leases.give_back_claimed_by(celery_task_id, patience=dispatch.patience()))


@transaction.atomic
def give_back_expired(limit: int) -> int:
    """Let others have what is claimed under a lease that has run out; answers how many."""
    given_back = leases.give_back_expired(limit, patience=dispatch.patience())
    _given_back(given_back)
    return len(given_back)


@transaction.atomic
def give_back_held_by(node: WorkerNode, *, message: str = leases.WORKER_LOST_MESSAGE) -> int:
    """Let others have all that this node holds; answers how many."""
    given_back = leases.give_back_held_by(node.pk, patience=dispatch.patience(), message=message)
    _given_back(given_back, node=node.name)
    return len(given_back)


def _given_back(tasks: list[Moved], *, node: str = "") -> None:
    events.tasks_moved(tasks, node=node)
    dispatch.after_commit([task for task in tasks if leases.goes_on_at_once(task)], first=True)
    _hand_over_next(tasks)


@transaction.atomic
def expire(limit: int) -> int:
    """Fail what should have started by now; answers how many."""
    expired = transitions.expire(limit)
    events.tasks_moved(expired)
    return len(expired)


@transaction.atomic
def delete_finished(before: datetime, limit: int) -> int:
    """Delete tasks that finished before this time, with their results; answers how many."""
    deleted = transitions.delete_finished(before, limit)
    events.tasks_deleted(Kind.TASK_PRUNED, deleted)
    return len(deleted)


@transaction.atomic
def hand_over_due(queue: OpenQueue, limit: int, *, is_line_long: bool = False) -> int:
    """Hand over what is due and has no message that is known of; answers how many."""
    due = claims.take_due(queue, limit, patience=dispatch.patience(), is_line_long=is_line_long)
    dispatch.after_commit(due, first=True)
    return len(due)


def hand_over_waiting(queues: Collection[str]) -> None:
    """Hand over the first of what waits in these, because some of it may be claimed now.

    The caller's transaction has made that so.
    """
    for queue in claims.open_queues():
        if queue.name in queues:
            limit = HAND_OVER_AT_ONCE if queue.left is None else min(queue.left, HAND_OVER_AT_ONCE)
            if limit > 0:
                hand_over_due(queue, limit)


def _hand_over_next(left: Sequence[Moved]) -> None:
    """What these made room for, where no message may be waiting for it: in queues with a limit,
    and where costly tasks were.
    """
    queues = {task.queue for task in left}
    waiting = {task.queue for task in left if task.slots > 1} | claims.limited(queues)
    if waiting:
        hand_over_waiting(waiting)


def _lease() -> timedelta:
    return timedelta(seconds=settings.TASK_LEASE_SECONDS)


def _work(task: Moved) -> bool:
    """Be busy for the task's simulated duration; False if the task was taken away meanwhile."""
    now = time.monotonic()
    end, renew_at = now + task.duration_ms / 1000, now + LOOK_UP_SECONDS
    while (now := time.monotonic()) < end:
        time.sleep(min(end, renew_at) - now)
        if time.monotonic() >= renew_at:
            shall_cancel = _look_up(task)
            if shall_cancel is None:
                return False
            if shall_cancel:
                return True  # complete() makes it CANCELLED
            renew_at = time.monotonic() + LOOK_UP_SECONDS
    return True


def _look_up(task: Moved) -> bool | None:
    try:
        return leases.renew(task.id, run=task.run, attempt=task.attempt, lease=_lease())
    except (OperationalError, InterfaceError):
        connection.close()
        return False  # the database is away: the lease tells, once it is back


def _persistently(transact: Callable[[], T]) -> T:
    """The transaction's value; it is repeated while the database is away.

    Repeating is harmless even if an unanswered commit did happen: a claimed task is not claimed
    again, a completed one not completed again.
    """
    for pause in RETRY_PAUSES_SECONDS:
        try:
            return transact()
        except (OperationalError, InterfaceError) as error:
            logger.warning("database: %s; trying again in %s s", str(error).strip(), pause)
            connection.close()
            time.sleep(pause)
    return transact()
