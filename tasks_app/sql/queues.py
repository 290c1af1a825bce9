"""Statements that keep a queue while tasks are created in it. Call them inside a transaction.

The column `queue` of tasks has no constraint, so an advisory lock stands between the creation of a
task and the deletion of its queue. A lock of the row would assign a transaction ID at once, and the
log is read only below the oldest one that is running.
"""

from collections.abc import Collection
from uuid import UUID

from tasks_app.sql.db import fetch

# The class of the advisory locks. Names share 128 numbers, because one transaction can name 10,000
# queues and the server has memory for some thousands of locks.
_LOCK = 0x71757365
_NUMBER = "hashtext(name) & 127"

# Waits until no deletion of the queues is in progress. All transactions lock in the same order.
_LOCK_TO_USE = f"""
    SELECT pg_advisory_xact_lock_shared(%(lock)s, number)
      FROM (SELECT DISTINCT {_NUMBER} AS number
              FROM unnest(%(names)s::text[]) AS name
             ORDER BY number) AS numbers
"""
# Returns those of the names that queues have.
_FIND = "SELECT name FROM tasks_app_queue WHERE name = ANY(%(names)s)"
# Waits until no transaction that uses the queue is in progress.
_LOCK_TO_DELETE = f"""
    SELECT pg_advisory_xact_lock(%(lock)s, {_NUMBER}) FROM (SELECT %(name)s::text AS name) AS queue
"""


def lock_to_use(names: Collection[str]) -> set[str]:
    """Block the deletion of queues until the transaction ends; return those that exist."""
    params = {"lock": _LOCK, "names": list(names)}
    fetch(_LOCK_TO_USE, params)
    # A statement of its own, so that it sees what committed while the first one waited.
    return {name for (name,) in fetch(_FIND, params)}


def lock_to_delete(name: str) -> None:
    """Block the use of a queue until the transaction ends."""
    fetch(_LOCK_TO_DELETE, {"lock": _LOCK, "name": name})


# Deletes a queue that no task has. It reads all tasks, since no index has those that ended.
_DELETE = """
    DELETE FROM tasks_app_queue q
     WHERE q.name = %(name)s AND NOT EXISTS (SELECT FROM tasks_app_task t WHERE t.queue = q.name)
    RETURNING q.id
"""


def delete(name: str) -> UUID | None:
    """Delete a queue and return the ID that it had; None if a task has the queue."""
    rows = fetch(_DELETE, {"name": name})
    return rows[0][0] if rows else None
