"""Statements that delete tasks and results that are past their retention."""

from datetime import datetime
from uuid import UUID

from tasks_app.models.base import uuid7_floor
from tasks_app.sql.db import fetch

# Deletes tasks without a schedule or a backfill, with their results. Ids sort by creation, and a
# task is created before it finishes.
_DELETE_FINISHED = """
    WITH old AS (
        SELECT id FROM tasks_app_task t
         WHERE id < %(created_before)s AND finished_at < %(before)s AND schedule_id IS NULL
           AND NOT EXISTS (SELECT FROM tasks_app_backfillrun r WHERE r.task_id = t.id)
         ORDER BY id LIMIT %(limit)s FOR UPDATE SKIP LOCKED
    ), results AS (
        DELETE FROM tasks_app_taskresult r USING old WHERE r.task_id = old.id
    )
    DELETE FROM tasks_app_task t USING old WHERE t.id = old.id
    RETURNING t.queue, t.status, t.id
"""


def delete_finished(before: datetime, limit: int) -> list[tuple[str, str, UUID]]:
    """Delete tasks that finished before a time, and return their queues, statuses and ids.

    The task of a schedule stays, and those of a backfill stay as long as the backfill does.
    """
    params = {"created_before": uuid7_floor(before), "before": before, "limit": limit}
    return fetch(_DELETE_FINISHED, params)


# Deletes results of runs, but not of a task's latest run.
_DELETE_RESULTS = """
    WITH old AS (
        SELECT r.id
          FROM tasks_app_taskresult r JOIN tasks_app_task t ON t.id = r.task_id
         WHERE r.id < %(created_before)s AND r.run < t.run
         ORDER BY r.id
         LIMIT %(limit)s
    )
    DELETE FROM tasks_app_taskresult r
     USING old WHERE r.id = old.id
    RETURNING 1
"""


def delete_results(before: datetime, limit: int) -> int:
    """Delete results of runs before a time, but not a task's latest; return their number."""
    params = {"created_before": uuid7_floor(before), "limit": limit}
    return len(fetch(_DELETE_RESULTS, params))
