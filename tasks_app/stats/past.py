"""The number of tasks in the past: the present one without the changes since then."""

from tasks_app.log.cursor import Cursor
from tasks_app.sql.db import fetch
from tasks_app.stats.totals import NOT_ROLLED_UP

# Sums up events of the same kind before they are added, so that little is kept of each.
_MOVES = "queue, previous_queue, previous_status, status"
# Returns the number of tasks by queue and status as of a position of the log.
_COUNTS = f"""
    WITH moves AS (
        SELECT {_MOVES}, sum(cardinality(task_ids)) AS tasks FROM {NOT_ROLLED_UP} GROUP BY {_MOVES}
         UNION ALL
        SELECT {_MOVES}, -sum(cardinality(task_ids)) FROM tasks_app_clusterevent
         WHERE (xid, id) > (%(xid)s, %(id)s) GROUP BY {_MOVES}
    ), change AS (
        SELECT queue, status, count AS tasks FROM tasks_app_taskcount
         UNION ALL
        SELECT queue, status, tasks FROM moves
         UNION ALL
        SELECT coalesce(nullif(previous_queue, ''), queue), previous_status, -tasks FROM moves
    )
    SELECT queue, status, sum(tasks)::bigint FROM change
     WHERE status <> '' GROUP BY queue, status HAVING sum(tasks) <> 0
"""


def task_counts_at(cursor: Cursor) -> dict[tuple[str, str], int]:
    """Return the exact number of tasks for each queue and status that had some.

    The cost grows with the number of events since then.

    Args:
        cursor: A position that the log still contains (see `log/positions.py`).
    """
    rows = fetch(_COUNTS, {"xid": cursor.xid, "id": cursor.id})
    return {(queue, status): count for queue, status, count in rows}
