"""Requeues tasks after crashes, and deletes rows that are past their retention.

It runs in the main process of every worker node, and as ``manage.py reconcile``. Any number may run
at the same time: each skips rows that another has locked. It does not dispatch tasks: nodes claim
them.
"""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from django.conf import settings
from django.utils import timezone

from tasks_app import recovery, stats
from tasks_app.log import events
from tasks_app.services import alerts, nodes
from tasks_app.sql import backfills, schedules
from tasks_app.sql.tasks import retention

logger = logging.getLogger(__name__)

BATCH = 1_000


def reconcile() -> None:
    """Process silent nodes, drains, expired leases and expired tasks, and update statistics."""
    nodes.mark_silent_nodes_offline()
    nodes.finish_drains()
    while requeued := recovery.requeue_expired(BATCH):
        logger.warning("%d leases had expired; their tasks were requeued", requeued)
    while recovery.expire(BATCH) == BATCH:
        pass
    while stats.roll_up() == stats.BATCH:
        pass
    stats.take_sample()


def prune() -> None:
    """Delete rows that are past their retention. Unfinished tasks are kept."""
    now = timezone.now()
    tasks_before = now - timedelta(days=settings.TASK_RETENTION_DAYS)
    _repeat(backfills.delete_ended, tasks_before)
    _repeat(recovery.delete_finished, tasks_before)
    _repeat(retention.delete_results, tasks_before)
    _repeat(schedules.delete_before, tasks_before)
    _repeat(nodes.forget_old_nodes, tasks_before)
    _repeat(
        partial(events.delete_before, rolled_up_until=stats.rolled_up_until()),
        events_before := now - timedelta(days=settings.EVENT_RETENTION_DAYS),
    )
    _repeat(alerts.delete_before, events_before)
    stats.delete_old()


def _repeat(delete: Callable[[datetime, int], int], before: datetime) -> None:
    """Delete in batches, each in its own transaction, so that locks are short."""
    while delete(before, BATCH) == BATCH:
        pass
