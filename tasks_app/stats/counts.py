"""The numbers of tasks by queue and status, now and in the past."""

from tasks_app.log.cursor import Cursor
from tasks_app.sql.db import fetch
from tasks_app.stats.totals import NOT_ROLLED_UP

# The number of tasks that changed from one queue and status to another. It is summed up first, so
# that little is kept of each event.
_CHANGE = "queue, previous_queue, previous_status, status"
_RECENTLY = f"""
    SELECT {_CHANGE}, sum(cardinality(task_ids)) AS tasks FROM {NOT_ROLLED_UP} GROUP BY {_CHANGE}
"""
# Those of the events after a position, taken back.
_SINCE = f"""
    SELECT {_CHANGE}, -sum(cardinality(task_ids)) FROM tasks_app_clusterevent
     WHERE (xid, id) > (%(xid)s, %(id)s) GROUP BY {_CHANGE}
"""
# Returns the number of tasks by queue and status, as of one moment.
_COUNTS = """
    WITH changes AS ({changes}), part AS (
        SELECT queue, status, count AS tasks FROM tasks_app_taskcount
         UNION ALL
        SELECT queue, status, tasks FROM changes
         UNION ALL
        SELECT coalesce(nullif(previous_queue, ''), queue), previous_status, -tasks FROM changes
    )
    SELECT queue, status, sum(tasks)::bigint FROM part
     WHERE status <> '' GROUP BY queue, status HAVING sum(tasks) <> 0
"""
_NOW = _COUNTS.format(changes=_RECENTLY)
_AT = _COUNTS.format(changes=f"{_RECENTLY} UNION ALL {_SINCE}")


def task_counts() -> dict[tuple[str, str], int]:
    """Return the exact number of tasks for each queue and status that has some."""
    return {(queue, status): count for queue, status, count in fetch(_NOW)}


def task_counts_at(cursor: Cursor) -> dict[tuple[str, str], int]:
    """Return the exact number of tasks for each queue and status that had some.

    The cost grows with the number of events since then.

    Args:
        cursor: A position that the log still contains (see `log/positions.py`).
    """
    rows = fetch(_AT, {"xid": cursor.xid, "id": cursor.id})
    return {(queue, status): count for queue, status, count in rows}
