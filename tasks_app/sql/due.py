"""Statements about the times at which pending tasks become due."""

from collections.abc import Collection
from datetime import datetime

from tasks_app.sql.claiming import claim_orders, start_rates
from tasks_app.sql.claiming.claim_orders import MAX_PRIORITY, MIN_PRIORITY
from tasks_app.sql.db import fetch

# Returns the time since which the oldest due task of each queue is due. It reads the first entry of
# each group and priority in the index `task_pending`.
_OLDEST_DUE = f"""
    {claim_orders.GROUPS}
    SELECT g.queue, min(first.due_at)
      FROM groups g, generate_series({MIN_PRIORITY}, {MAX_PRIORITY}) AS priority, LATERAL (
           SELECT due_at FROM tasks_app_task t
            WHERE {claim_orders.IS_OF_GROUP}
              AND t.priority = priority.priority AND {claim_orders.DUE}
            ORDER BY due_at LIMIT 1
      ) AS first
     GROUP BY g.queue
"""
# Nodes look for the next start of a queue with a start rate at most this often.
_SOONEST = "interval '50 milliseconds'"
# Returns the seconds until the next task becomes due, or a start rate lets a task start. It reads
# the first entry after the present of each group and priority in the index.
_NEXT_DUE = f"""
    {claim_orders.GROUPS}, next_start AS (
        SELECT statement_timestamp() + min(greatest(
                   CASE WHEN q.next_start_at > statement_timestamp()
                        THEN q.next_start_at - statement_timestamp()
                        ELSE {start_rates.INTERVAL.format(tokens=1)} END,
                   {_SOONEST})) AS at
          FROM tasks_app_queue q
         WHERE q.name = ANY(%(queues)s) AND q.paused_at IS NULL
           AND (q.next_start_at > statement_timestamp()
                OR %(is_claiming)s AND q.next_start_at IS NOT NULL)
           AND q.name IN (SELECT queue FROM groups)
    )
    SELECT extract(epoch FROM least(min(first.due_at), (SELECT at FROM next_start))
                              - statement_timestamp())::float
      FROM groups g, generate_series({MIN_PRIORITY}, {MAX_PRIORITY}) AS priority, LATERAL (
           SELECT due_at FROM tasks_app_task t
            WHERE {claim_orders.IS_OF_GROUP}
              AND t.priority = priority.priority AND status = 'PENDING' AND run > 0
              AND due_at > statement_timestamp()
            ORDER BY due_at LIMIT 1
      ) AS first
     WHERE g.queue = ANY(%(queues)s)
"""


def oldest_by_queue() -> dict[str, datetime]:
    """Return the time since which the oldest due task is due, for each queue that has one."""
    return dict(fetch(_OLDEST_DUE))


def oldest() -> datetime | None:
    """Return the time since which the oldest due task is due; None if no task is due."""
    return min(oldest_by_queue().values(), default=None)


def seconds_until_next(queues: Collection[str], *, is_claiming: bool = False) -> float | None:
    """Return the seconds until another task of these queues may start; None if none does.

    That is when a task becomes due, or when the start rate of a queue with pending tasks lets one
    start.

    Args:
        queues: The names of the queues.
        is_claiming: Whether claims have been requested, which may take the present tokens of start
            rates. Then the next ones count.
    """
    seconds: float | None
    [(seconds,)] = fetch(_NEXT_DUE, {"queues": list(queues), "is_claiming": is_claiming})
    return seconds
