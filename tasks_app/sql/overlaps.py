"""Statements about overlapping runs, each of which is a task of its own.

Call them inside a transaction that has locked the schedules.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from tasks_app.options import SHARED_OPTIONS
from tasks_app.sql.db import columns, fetch
from tasks_app.sql.tasks.transitions import TRANSITION, Transition, transitions

_ACTIVE = "t.status IN ('PENDING', 'RUNNING')"

# Counts the overlapping runs of schedules that have not ended.
_COUNT_ACTIVE = f"""
    SELECT t.overlap_of_id, count(*)
      FROM tasks_app_task t
     WHERE t.overlap_of_id = ANY(%(ids)s) AND {_ACTIVE}
     GROUP BY t.overlap_of_id
"""


def count_active(schedule_ids: Sequence[UUID]) -> dict[UUID, int]:
    """Return the number of overlapping runs that have not ended by schedule, without zeros."""
    return dict(fetch(_COUNT_ACTIVE, {"ids": schedule_ids}))


# Returns the overlapping runs of a schedule that have not ended.
_ACTIVE_IDS = f"""
    SELECT t.id
      FROM tasks_app_task t
     WHERE t.overlap_of_id = %(id)s AND {_ACTIVE}
"""


def active_ids(schedule_id: UUID) -> list[UUID]:
    """Return the tasks of a schedule's overlapping runs that have not ended."""
    return [id for (id,) in fetch(_ACTIVE_IDS, {"id": schedule_id})]


_COPIED = ", ".join(SHARED_OPTIONS)
# Creates tasks with the parameters of the tasks of their schedules.
_CREATE = f"""
    INSERT INTO tasks_app_task AS t (id, overlap_of_id, run_at, due_at, {_COPIED})
    SELECT new.id, own.schedule_id, new.run_at, greatest(new.run_at, statement_timestamp()),
           {_COPIED}
      FROM unnest(%(id)s::uuid[], %(task_id)s::uuid[], %(run_at)s::timestamptz[])
        AS new(id, task_id, run_at)
      JOIN tasks_app_task own ON own.id = new.task_id
    RETURNING {TRANSITION}, '' AS previous, false AS is_newer
"""


def create(runs: Sequence[tuple[UUID, UUID, datetime]]) -> list[Transition]:
    """Create the tasks of overlapping runs.

    Args:
        runs: The ID of each new task, that of the schedule's task, whose parameters it copies,
            and the time at which the run is due.
    """
    return transitions(_CREATE, columns(("id", "task_id", "run_at"), runs))
