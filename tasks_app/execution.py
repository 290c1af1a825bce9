"""What a worker does with the tasks it was handed: claim, add, complete.

The broker may deliver a message late, twice or never; only a claim in the database gives the
right to work on a task, and only the attempt that still holds it may complete it.
"""

import logging
import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import TypeVar
from uuid import UUID

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection, transaction

from tasks_app import dispatch, events
from tasks_app.models import Task, transitions
from tasks_app.models.transitions import Moved, Outcome

logger = logging.getLogger(__name__)

# A running task looks this often whether it shall be cancelled or has been taken away.
LOOK_UP_SECONDS = 1.0
# Pauses between tries while the database restarts; then the lease decides.
RETRY_PAUSES_SECONDS = (0.1, 0.3, 1.0, 2.0, 4.0)

T = TypeVar("T")


def execute(ids: Sequence[UUID], *, node: str, celery_task_id: str) -> int:
    """Run those of the tasks that are still to be run; answers how many were completed."""
    claimed = _persistently(lambda: claim(ids, node=node, celery_task_id=celery_task_id))
    outcomes = [
        Outcome(task.id, task.run, task.attempt, task.a + task.b) for task in claimed if _work(task)
    ]
    if not outcomes:
        return 0
    completed = _persistently(lambda: complete(outcomes, node=node))
    logger.info("ran %d of %d tasks", len(completed), len(ids))
    if len(completed) < len(outcomes):
        logger.warning(
            "%d results dropped: their tasks were taken over", len(outcomes) - len(completed)
        )
    return len(completed)


@transaction.atomic
def claim(ids: Sequence[UUID], *, node: str, celery_task_id: str) -> list[Moved]:
    """Take what is due and free among these, for one attempt under a lease."""
    claimed = transitions.claim(ids, node=node, celery_task_id=celery_task_id, lease=_lease())
    events.tasks_moved(claimed, node=node)
    return claimed


@transaction.atomic
def complete(outcomes: Sequence[Outcome], *, node: str) -> list[Moved]:
    """Store the results of the attempts that still hold their tasks."""
    completed = transitions.complete(outcomes)
    events.tasks_moved(completed, node=node)
    return completed


@transaction.atomic
def give_back(celery_task_id: str) -> None:
    """Let others have what a message had claimed whose process died."""
    given_back = transitions.give_back_claimed_by(celery_task_id, patience=dispatch.patience())
    events.tasks_moved(given_back)
    dispatch.after_commit([task for task in given_back if task.status == Task.Status.PENDING])


@transaction.atomic
def give_back_expired(limit: int) -> int:
    """Let others have what is claimed under a lease that has run out; answers how many."""
    given_back = transitions.give_back_expired(limit, patience=dispatch.patience())
    events.tasks_moved(given_back)
    dispatch.after_commit([task for task in given_back if task.status == Task.Status.PENDING])
    return len(given_back)


@transaction.atomic
def expire(limit: int) -> int:
    """Fail what should have started by now; answers how many."""
    expired = transitions.expire(limit)
    events.tasks_moved(expired)
    return len(expired)


@transaction.atomic
def hand_over_due(queue: str, limit: int) -> int:
    """Hand over what is due and has no message that is known of; answers how many."""
    due = transitions.take_due(queue, limit, patience=dispatch.patience())
    dispatch.after_commit(due)
    return len(due)


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
        return transitions.renew(task.id, run=task.run, attempt=task.attempt, lease=_lease())
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
