"""Requeues tasks that lost their process or node, and ends or deletes those whose time is over.

Each function opens a transaction. A requeued task can be claimed again at once, or after a backoff;
nodes are woken for it.
"""

from collections.abc import Sequence
from datetime import datetime

from tasks_app import dispatch
from tasks_app.log import events
from tasks_app.models import ClusterEvent, WorkerNode
from tasks_app.sql.claiming import concurrency
from tasks_app.sql.tasks import leases, retention, transitions
from tasks_app.sql.tasks.transitions import Transition
from tasks_app.sql.transactions import in_transaction


@in_transaction
def requeue_claimed_by(celery_task_id: str) -> None:
    """Requeue the tasks that a Celery message had claimed whose process died."""
    _requeued(leases.requeue_claimed_by(celery_task_id))


@in_transaction
def requeue_expired(limit: int) -> int:
    """Requeue up to `limit` tasks whose lease expired; return their number."""
    requeued = leases.requeue_expired(limit)
    _requeued(requeued)
    return len(requeued)


@in_transaction
def requeue_held_by(node: WorkerNode, *, message: str = leases.WORKER_LOST_MESSAGE) -> int:
    """Requeue all tasks that a node runs; return their number."""
    requeued = leases.requeue_held_by(node.pk, message=message)
    _requeued(requeued, node=node.name)
    return len(requeued)


def _requeued(tasks: Sequence[Transition], *, node: str = "") -> None:
    events.tasks_changed(tasks, node=node)
    # Also for tasks that ended: they occupied slots, and counted towards the limits of their queue
    # and of their concurrency key.
    queues = {task.queue for task in tasks} | concurrency.waiting_queues(tasks)
    dispatch.wake_after_commit(queues)


@in_transaction
def expire(limit: int) -> int:
    """Fail up to `limit` tasks that had to start by now; return their number."""
    expired = transitions.expire(limit)
    events.tasks_changed(expired)
    return len(expired)


@in_transaction
def delete_finished(before: datetime, limit: int) -> int:
    """Delete up to `limit` tasks that finished before a time, with results; return their number."""
    deleted = retention.delete_finished(before, limit)
    events.tasks_deleted(ClusterEvent.Kind.TASK_PRUNED, deleted)
    return len(deleted)
