"""Statements about the times at which pending tasks become due."""

from collections.abc import Collection
from datetime import datetime

from tasks_app.sql import claim_orders
from tasks_app.sql.claim_orders import MAX_PRIORITY, MIN_PRIORITY
from tasks_app.sql.db import fetch

# Returns the time since which the oldest due task is due. It reads the first entry of each group
# and priority in the index `task_pending`.
_OLDEST_DUE = f"""
    {claim_orders.GROUPS}
    SELECT min(first.due_at)
      FROM groups g, generate_series({MIN_PRIORITY}, {MAX_PRIORITY}) AS priority, LATERAL (
           SELECT due_at FROM tasks_app_task t
            WHERE {claim_orders.IS_OF_GROUP}
              AND t.priority = priority.priority AND {claim_orders.DUE}
            ORDER BY due_at LIMIT 1
      ) AS first
"""
# Returns the seconds until the next task becomes due. It reads the first entry after the present
# of each group and priority in the index.
_NEXT_DUE = f"""
    {claim_orders.GROUPS}
    SELECT extract(epoch FROM min(first.due_at) - statement_timestamp())::float
      FROM groups g, generate_series({MIN_PRIORITY}, {MAX_PRIORITY}) AS priority, LATERAL (
           SELECT due_at FROM tasks_app_task t
            WHERE {claim_orders.IS_OF_GROUP}
              AND t.priority = priority.priority AND status = 'PENDING' AND run > 0
              AND due_at > statement_timestamp()
            ORDER BY due_at LIMIT 1
      ) AS first
     WHERE g.queue = ANY(%(queues)s)
"""


def oldest() -> datetime | None:
    """Return the time since which the oldest due task is due; None if no task is due."""
    since: datetime | None
    [(since,)] = fetch(_OLDEST_DUE)
    return since


def seconds_until_next(queues: Collection[str]) -> float | None:
    """Return the seconds until the next task of these queues becomes due; None if none does."""
    seconds: float | None
    [(seconds,)] = fetch(_NEXT_DUE, {"queues": list(queues)})
    return seconds
