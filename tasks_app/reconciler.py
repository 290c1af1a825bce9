"""Puts right what a crash, a lost message or a silent node left behind.

Runs in the main process of every worker, and as ``manage.py reconcile``. Any number may run at
once: each skips the rows that another has in hand.
"""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from django.conf import settings
from django.utils import timezone

from tasks_app import dispatch, events, execution, metrics
from tasks_app.models import claims, ticks, transitions
from tasks_app.services import cluster

logger = logging.getLogger(__name__)

BATCH = 1_000
# As long as this many messages wait in the broker, more would only grow old there.
WAITING_ENOUGH = 200
# But what has been overtaken, or left out, goes to the head of the line; so many at once.
OVERTAKEN_ENOUGH = 50


def reconcile() -> None:
    """One pass: silent nodes, expired leases, drains, expired tasks, then what is due."""
    cluster.mark_silent_nodes_offline()
    cluster.finish_drains()
    if given_back := execution.give_back_expired(BATCH):
        logger.warning("%d claims had run out and were given back", given_back)
    execution.expire(BATCH)
    _hand_over_due()
    while metrics.fold() == metrics.LINES:
        pass


def prune() -> None:
    """Delete what is past its retention. Nothing that is not finished ever goes."""
    now = timezone.now()
    tasks_before = now - timedelta(days=settings.TASK_RETENTION_DAYS)
    _repeat(execution.delete_finished, tasks_before)
    _repeat(transitions.delete_results, tasks_before)
    _repeat(ticks.delete_before, tasks_before)
    _repeat(
        partial(events.delete_before, folded_until=metrics.folded_until()),
        now - timedelta(days=settings.EVENT_RETENTION_DAYS),
    )
    metrics.delete_old()


def _repeat(delete: Callable[[datetime, int], int], before: datetime) -> None:
    """In small bites, each a transaction of its own, so that nobody waits for a lock."""
    while delete(before, BATCH) == BATCH:
        pass


def _hand_over_due() -> None:
    queues = claims.open_queues()
    try:
        waiting = dispatch.waiting(queue.name for queue in queues)
    except dispatch.BrokerAwayError:
        return  # the tasks stay due
    for queue in queues:
        line = waiting[queue.name]
        # Of a queue with a limit, no more than can run when what waits has started.
        left = BATCH if queue.left is None else queue.left - line
        is_long = line >= WAITING_ENOUGH
        if (limit := min(left, OVERTAKEN_ENOUGH if is_long else BATCH)) > 0:
            due = execution.hand_over_due(queue, limit, is_line_long=is_long)
            if due:
                logger.info("handed over %d tasks of queue %s that were due", due, queue.name)
