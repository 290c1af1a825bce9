"""Statements about leases: renew one, and requeue tasks whose node lost them.

Call them inside a transaction, and append the event.
"""

from datetime import timedelta
from uuid import UUID

from tasks_app.policy.retries import BACKOFF_FROM_ATTEMPT, BACKOFF_SQL
from tasks_app.sql.db import fetch
from tasks_app.sql.tasks.transitions import CANCELLED_MESSAGE, Transition, transition

WORKER_LOST_MESSAGE = (
    "Worker lost: the process that ran the task died or stopped answering in each allowed attempt."
)
DRAINED_MESSAGE = "Drained: the node's drain deadline passed during the last allowed attempt."

# Whether another attempt follows, and whether it is delayed.
_CONTINUES = "t.cancel_requested_at IS NULL AND t.attempt < t.max_attempts"
_BACKS_OFF = f"{_CONTINUES} AND t.attempt >= {BACKOFF_FROM_ATTEMPT}"
# Assigns the columns of a task whose attempt was lost.
_REQUEUE = f"""
    status = CASE WHEN t.cancel_requested_at IS NOT NULL THEN 'CANCELLED'
                  WHEN {_CONTINUES} THEN 'PENDING' ELSE 'FAILED' END,
    failed_message = CASE WHEN t.cancel_requested_at IS NOT NULL THEN %(cancelled)s
                          WHEN {_CONTINUES} THEN '' ELSE %(message)s END,
    started_at = CASE WHEN {_CONTINUES} THEN NULL ELSE t.started_at END,
    finished_at = CASE WHEN {_CONTINUES} THEN NULL ELSE clock_timestamp() END,
    due_at = CASE WHEN {_BACKS_OFF} THEN clock_timestamp() + {BACKOFF_SQL} ELSE t.due_at END,
    lease_expires_at = NULL
"""


# Extends the lease of an attempt that still holds its task.
_RENEW = """
    UPDATE tasks_app_task
       SET lease_expires_at = clock_timestamp() + %(lease)s::interval
     WHERE id = %(id)s AND status = 'RUNNING' AND run = %(run)s AND attempt = %(attempt)s
    RETURNING cancel_requested_at IS NOT NULL
"""


def renew(id: UUID, *, run: int, attempt: int, lease: timedelta) -> bool | None:
    """Extend a lease; return whether cancellation is requested, or None if the lease was lost."""
    rows = fetch(_RENEW, {"lease": lease, "id": id, "run": run, "attempt": attempt})
    return bool(rows[0][0]) if rows else None


def requeue_claimed_by(celery_task_id: str) -> list[Transition]:
    """Requeue the running tasks that a Celery message claimed."""
    return _requeue("celery_task_id = %(celery_task_id)s", celery_task_id=celery_task_id)


def requeue_held_by(node_id: UUID, *, message: str) -> list[Transition]:
    """Requeue the running tasks of a node."""
    return _requeue("node_id = %(node_id)s", message=message, node_id=node_id)


def requeue_expired(limit: int) -> list[Transition]:
    """Requeue running tasks whose lease expired."""
    return _requeue("lease_expires_at <= clock_timestamp()", wait=f"SKIP LOCKED LIMIT {limit}")


def _requeue(
    where: str, *, wait: str = "", message: str = WORKER_LOST_MESSAGE, **params: object
) -> list[Transition]:
    """RUNNING to PENDING; to FAILED after the last attempt; to CANCELLED if that was requested."""
    return transition(
        _REQUEUE,
        where=f"status = 'RUNNING' AND {where}",
        wait=wait,
        cancelled=CANCELLED_MESSAGE,
        message=message,
        **params,
    )
