"""Counts the tasks that come before a pending task in its queue."""

from collections.abc import Iterable
from uuid import UUID

from tasks_app.models import Task
from tasks_app.sql.claiming import claim_orders, scheduling
from tasks_app.sql.db import columns, fetch

# Tasks ahead of one are counted up to this many.
AHEAD_MAX = 1_000

# The columns of the tasks for which those ahead are counted.
_AHEAD_OF = ("id", "queue", "priority", "due_at", "duration_ms")
# Counts the due tasks of the same queue that come before each task, up to a maximum.
_AHEAD = f"""
    SELECT w.id, (SELECT count(*) FROM (
               SELECT FROM tasks_app_task t
                WHERE {claim_orders.DUE} AND t.queue = w.queue AND {{before}}
                LIMIT {AHEAD_MAX}
           ) AS before)
      FROM unnest(%(id)s::uuid[], %(queue)s::text[], %(priority)s::smallint[],
                  %(due_at)s::timestamptz[], %(duration_ms)s::int[])
        AS w({", ".join(_AHEAD_OF)})
"""


def ahead(tasks: Iterable[Task]) -> dict[UUID, int]:
    """Return how many tasks of its queue come before each by the policy, up to `AHEAD_MAX`."""
    rows = [
        (task.pk, task.queue_id, task.priority, task.due_at, task.duration_ms) for task in tasks
    ]
    if not rows:
        return {}
    by = scheduling.current()
    sql = _AHEAD.format(before=claim_orders.before(by.policy))
    return dict(fetch(sql, columns(_AHEAD_OF, rows) | {"aging": by.aging}))
