"""How long a claim holds, in SQL, and what becomes of a task whose node has lost it.

The caller opens the transaction and appends the event.
"""

from datetime import timedelta
from typing import Any
from uuid import UUID

from tasks_app.models.transitions import CANCELLED_MESSAGE, Moved, fetch, move

WORKER_LOST_MESSAGE = (
    "Worker lost: the node's process died or stopped answering in each of the allowed attempts."
)
DRAINED_MESSAGE = "Its node was drained, and its last allowed attempt had not ended in time."
# After the second attempt that was lost, the next waits: 2 s, 4 s, … up to this.
BACKOFF_FROM_ATTEMPT = 2
BACKOFF_MAX_SECONDS = 60


def renew(id: UUID, *, run: int, attempt: int, lease: timedelta) -> bool | None:
    """Hold the claim for longer: True if the task shall be cancelled, None if it was lost."""
    rows = fetch(
        """
        UPDATE tasks_app_task SET lease_expires_at = clock_timestamp() + %s
         WHERE id = %s AND status = 'RUNNING' AND run = %s AND attempt = %s
        RETURNING cancel_requested_at IS NOT NULL
        """,
        [lease, id, run, attempt],
    )
    return bool(rows[0][0]) if rows else None


def give_back_claimed_by(celery_task_id: str, *, patience: timedelta) -> list[Moved]:
    """RUNNING to PENDING or an end, as in `_give_back`, for all that this message had claimed."""
    return _give_back(
        "celery_task_id = %(celery_task_id)s", patience, celery_task_id=celery_task_id
    )


def give_back_held_by(node_id: UUID, *, patience: timedelta, message: str) -> list[Moved]:
    """RUNNING to PENDING or an end, as in `_give_back`, for all that this node holds."""
    return _give_back("node_id = %(node_id)s", patience, message=message, node_id=node_id)


def give_back_expired(limit: int, *, patience: timedelta) -> list[Moved]:
    """RUNNING to PENDING or an end, as in `_give_back`, for those whose lease has run out."""
    return _give_back(
        "lease_expires_at <= clock_timestamp()", patience, wait=f"SKIP LOCKED LIMIT {limit}"
    )


def goes_on_at_once(task: Moved) -> bool:
    """Whether a task that was given back waits for a node and for nothing else."""
    return task.status == "PENDING" and task.attempt < BACKOFF_FROM_ATTEMPT


def _give_back(
    where: str,
    patience: timedelta,
    *,
    wait: str = "",
    message: str = WORKER_LOST_MESSAGE,
    **params: Any,
) -> list[Moved]:
    """To PENDING; to FAILED after the last attempt; to CANCELLED if that was asked for."""
    goes_on = "t.cancel_requested_at IS NULL AND t.attempt < t.max_attempts"
    waits = f"{goes_on} AND t.attempt >= {BACKOFF_FROM_ATTEMPT}"
    pause = f"least(2 ^ (t.attempt - 1), {BACKOFF_MAX_SECONDS}) * interval '1 second'"
    return move(
        f"""
        status = CASE WHEN t.cancel_requested_at IS NOT NULL THEN 'CANCELLED'
                      WHEN {goes_on} THEN 'PENDING' ELSE 'FAILED' END,
        failed_message = CASE WHEN t.cancel_requested_at IS NOT NULL THEN %(cancelled)s
                              WHEN {goes_on} THEN '' ELSE %(message)s END,
        started_at = CASE WHEN {goes_on} THEN NULL ELSE t.started_at END,
        finished_at = CASE WHEN {goes_on} THEN NULL ELSE clock_timestamp() END,
        retry_at = CASE WHEN {waits} THEN clock_timestamp() + {pause} END,
        lease_expires_at = NULL,
        next_dispatch_at = clock_timestamp() + CASE WHEN {waits} THEN {pause} ELSE %(patience)s END
        """,
        where=f"status = 'RUNNING' AND {where}",
        wait=wait,
        patience=patience,
        cancelled=CANCELLED_MESSAGE,
        message=message,
        **params,
    )
