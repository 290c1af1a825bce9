"""Counts the tasks that match a condition, by status, by queue or by priority."""

from typing import NamedTuple

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Q

from tasks_app.access import scopes
from tasks_app.models import Task

# Bounds the time of a count to some tenths of a second, except to find the tasks that match.
COUNTED_MAX = 1_000_000


class TaskCounts(NamedTuple):
    """The numbers of tasks in the largest groups, largest first, and in all groups."""

    groups: list[tuple[str, int]]
    total: int
    is_lower_bound: bool


# Returns the largest groups of the counted tasks, with the number of tasks of all groups.
_COUNT = """
    SELECT key::text, count(*), sum(count(*)) OVER ()
      FROM ({counted}) AS counted(key)
     GROUP BY key
     ORDER BY count(*) DESC, key
     LIMIT %s
"""


def count_tasks(condition: Q, *, by: str, limit: int) -> TaskCounts:
    """Count the matching tasks that the scope of the current actor contains.

    Args:
        condition: The condition on tasks.
        by: The column to group by.
        limit: The maximum number of groups, at least 1.

    Returns:
        The counts. If more than `COUNTED_MAX` tasks match, only that number of them is counted.
    """
    matching = scopes.visible(Task.objects.filter(condition)).order_by().values(by)
    try:
        sql, params = matching[: COUNTED_MAX + 1].query.sql_with_params()
    except EmptyResultSet:
        return TaskCounts([], 0, False)
    with connection.cursor() as cursor:
        cursor.execute(_COUNT.format(counted=sql), [*params, limit])
        rows = cursor.fetchall()
    total = int(rows[0][2]) if rows else 0
    return TaskCounts([(key, count) for key, count, _ in rows], total, total > COUNTED_MAX)
