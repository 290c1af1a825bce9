"""Statements about backfills and their runs. Call them inside a transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from tasks_app.models.base import uuid7
from tasks_app.options import SHARED_OPTIONS, TaskOptions
from tasks_app.sql.db import columns, fetch

_ENDED = "t.status IN ('SUCCESS', 'FAILED', 'CANCELLED')"

# Inserts the runs of a backfill.
_INSERT_RUNS = """
    INSERT INTO tasks_app_backfillrun (id, backfill_id, scheduled_for)
    SELECT new.id, %(backfill_id)s, new.scheduled_for
      FROM unnest(%(id)s::uuid[], %(scheduled_for)s::timestamptz[]) AS new(id, scheduled_for)
"""


def insert_runs(backfill_id: UUID, times: Sequence[datetime]) -> None:
    """Insert the runs of a backfill, in the order in which they are to start."""
    # The clock may be set back meanwhile.
    ids = sorted(uuid7() for _ in times)
    rows = list(zip(ids, times, strict=True))
    fetch(_INSERT_RUNS, {"backfill_id": backfill_id, **columns(("id", "scheduled_for"), rows)})


# Locks backfills with a run whose task has ended, or with capacity for another task. Of many, those
# that have waited longest come first. What is decided on is read again after the lock.
_LOCK_READY = f"""
    SELECT b.id
      FROM tasks_app_backfill b
     WHERE b.ended_at IS NULL
       AND (EXISTS (SELECT FROM tasks_app_backfillrun r JOIN tasks_app_task t ON t.id = r.task_id
                     WHERE r.backfill_id = b.id AND r.stage = 'ACTIVE' AND {_ENDED})
            OR b.state = 'RUNNING'
               AND EXISTS (SELECT FROM tasks_app_backfillrun r
                            WHERE r.backfill_id = b.id AND r.stage = 'WAITING')
               AND (SELECT count(*) FROM tasks_app_backfillrun r
                     WHERE r.backfill_id = b.id AND r.stage = 'ACTIVE') < b.max_concurrency)
     ORDER BY b.updated_at
     LIMIT %(limit)s
       FOR UPDATE SKIP LOCKED
"""


def lock_ready(limit: int) -> list[UUID]:
    """Lock up to `limit` backfills that can go on, without those that another one has locked."""
    return [id for (id,) in fetch(_LOCK_READY, {"limit": limit})]


# Records which of the active runs have ended.
_SETTLE = f"""
    UPDATE tasks_app_backfillrun r
       SET stage = CASE t.status WHEN 'SUCCESS' THEN 'SUCCEEDED' ELSE 'ENDED' END,
           updated_at = clock_timestamp()
      FROM tasks_app_task t
     WHERE r.backfill_id = ANY(%(ids)s) AND r.stage = 'ACTIVE' AND t.id = r.task_id AND {_ENDED}
"""


def settle(ids: Sequence[UUID]) -> None:
    """Record which active runs of backfills have ended, so that others can start."""
    fetch(_SETTLE, {"ids": ids})


@dataclass(frozen=True, slots=True, kw_only=True)
class NextRun(TaskOptions):
    """A run that starts now, with the parameters of its task."""

    id: UUID
    schedule_id: UUID | None


_PARAMETERS = (*SHARED_OPTIONS, "schedule_id")
# Returns the waiting runs for which backfills have capacity.
_NEXT = f"""
    SELECT r.id, {", ".join(f"b.{name}" for name in _PARAMETERS)}
      FROM tasks_app_backfill b
     CROSS JOIN LATERAL (
           SELECT count(*) AS count FROM tasks_app_backfillrun
            WHERE backfill_id = b.id AND stage = 'ACTIVE'
           ) AS active
     CROSS JOIN LATERAL (
           SELECT id FROM tasks_app_backfillrun
            WHERE backfill_id = b.id AND stage = 'WAITING'
            ORDER BY id LIMIT greatest(0, b.max_concurrency - active.count)
           ) AS r
     WHERE b.id = ANY(%(ids)s) AND b.state = 'RUNNING'
     ORDER BY r.id
"""


def next_runs(ids: Sequence[UUID]) -> list[NextRun]:
    """Return the runs of locked backfills that start now."""
    rows = fetch(_NEXT, {"ids": ids})
    return [NextRun(id=id, **dict(zip(_PARAMETERS, row, strict=True))) for id, *row in rows]


# Gives waiting runs their tasks.
_START = """
    UPDATE tasks_app_backfillrun r
       SET stage = 'ACTIVE', task_id = s.task_id, updated_at = clock_timestamp()
      FROM unnest(%(id)s::uuid[], %(task_id)s::uuid[]) AS s(id, task_id)
     WHERE r.id = s.id AND r.stage = 'WAITING'
    RETURNING r.task_id
"""


def start(runs: Sequence[tuple[UUID, UUID]]) -> set[UUID]:
    """Give waiting runs their tasks.

    Args:
        runs: The ID of each run, and that of its task, which is to be inserted.

    Returns:
        The IDs of the tasks of those runs that had none.
    """
    return {id for (id,) in fetch(_START, columns(("id", "task_id"), runs))}


# Records that backfills have gone on, and ends those that have no run left.
_ADVANCE = """
    UPDATE tasks_app_backfill b
       SET state = CASE WHEN is_over THEN 'DONE' ELSE b.state END,
           ended_at = CASE WHEN is_over THEN clock_timestamp() END,
           updated_at = clock_timestamp()
      FROM (SELECT o.id, NOT EXISTS (SELECT FROM tasks_app_backfillrun r
                                      WHERE r.backfill_id = o.id
                                        AND (r.stage = 'WAITING' OR r.stage = 'ACTIVE')) AS is_over
              FROM unnest(%(ids)s) AS o(id)) AS found
     WHERE b.id = found.id
    RETURNING b.id, b.schedule_id, is_over
"""


def advance(ids: Sequence[UUID]) -> dict[UUID, UUID | None]:
    """Record that locked backfills have gone on, and end those that have no run left.

    Returns:
        Those that ended, by ID, with their schedules.
    """
    rows = fetch(_ADVANCE, {"ids": ids})
    return {id: schedule_id for id, schedule_id, is_over in rows if is_over}


# Counts the runs of backfills by their state. Only tasks that may have changed are read.
_COUNTS = """
    SELECT r.backfill_id,
           CASE WHEN r.stage = 'WAITING' AND b.state = 'CANCELLED' THEN 'CANCELLED'
                WHEN t.status IN ('PENDING', 'RUNNING') THEN 'ACTIVE'
                WHEN t.status = 'SUCCESS' THEN 'SUCCEEDED'
                ELSE coalesce(t.status, r.stage) END AS state,
           count(*)
      FROM tasks_app_backfillrun r
      JOIN tasks_app_backfill b ON b.id = r.backfill_id
      LEFT JOIN tasks_app_task t ON t.id = r.task_id AND r.stage IN ('ACTIVE', 'ENDED')
     WHERE r.backfill_id = ANY(%(ids)s)
     GROUP BY 1, 2
"""


def counts(ids: Sequence[UUID]) -> dict[UUID, dict[str, int]]:
    """Return the number of runs of each backfill by `BackfillRun.State`, without zeros."""
    found: dict[UUID, dict[str, int]] = {id: {} for id in ids}
    for id, state, count in fetch(_COUNTS, {"ids": list(ids)}):
        found[id][state] = count
    return found


# Deletes the runs of backfills that have ended.
_DELETE_RUNS = """
    WITH old AS (
        SELECT r.id
          FROM tasks_app_backfillrun r JOIN tasks_app_backfill b ON b.id = r.backfill_id
         WHERE b.ended_at < %(before)s
         LIMIT %(limit)s
    )
    DELETE FROM tasks_app_backfillrun r
     USING old WHERE r.id = old.id
    RETURNING 1
"""
# Deletes backfills that have ended and whose runs are deleted.
_DELETE = """
    DELETE FROM tasks_app_backfill b
     WHERE b.ended_at < %(before)s
       AND NOT EXISTS (SELECT FROM tasks_app_backfillrun r WHERE r.backfill_id = b.id)
"""


def delete_ended(before: datetime, limit: int) -> int:
    """Delete up to `limit` runs of backfills that ended before a time; return their number.

    Backfills without runs are deleted too. The tasks stay.
    """
    count = len(fetch(_DELETE_RUNS, {"before": before, "limit": limit}))
    fetch(_DELETE, {"before": before})
    return count
