"""Takes back the cancellation of pending tasks, which events of the log recorded.

A cancellation changes only the columns that `_RESTORE` assigns; all others still have the values
that the pending task had, its place in the queue among them. The version proves that nothing has
happened to a task since the event.
"""

from collections.abc import Sequence

from tasks_app.sql.db import fetch
from tasks_app.sql.tasks.transitions import CHANGED, IS_NEWER, TRANSITION, Transition, transitions

_UNCHANGED = """
    FROM (SELECT unnest(task_ids) AS id, unnest(versions) AS version
            FROM tasks_app_clusterevent WHERE id = ANY(%(events)s::bigint[])) AS cancelled
    JOIN tasks_app_task t USING (id, version)
   WHERE t.status = 'CANCELLED'
"""
_COUNT = f"SELECT count(*) {_UNCHANGED}"

_RESTORE = f"""
    WITH chosen AS (
        SELECT t.id, t.status AS previous, {IS_NEWER} {_UNCHANGED}
         ORDER BY t.id FOR UPDATE OF t
    )
    UPDATE tasks_app_task t
       SET status = 'PENDING', failed_message = '', finished_at = NULL, cancel_requested_at = NULL,
           {CHANGED}
      FROM chosen WHERE t.id = chosen.id
    RETURNING {TRANSITION}, chosen.previous, chosen.is_newer
"""


def count(events: Sequence[int]) -> int:
    """Return the number of tasks that `restore` would change now.

    Args:
        events: The IDs of events that recorded the cancellation of pending tasks.
    """
    [(number,)] = fetch(_COUNT, {"events": list(events)})
    return int(number)


def restore(event: int) -> list[Transition]:
    """Make the tasks of an event pending again that have not changed since.

    Args:
        event: The ID of an event that recorded the cancellation of pending tasks.
    """
    return transitions(_RESTORE, {"events": [event]})
