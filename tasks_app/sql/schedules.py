"""Statements about the scheduled times of schedules, for many schedules at once.

Call them inside a transaction. A schedule that they return stays locked, with its task, until the
transaction ends.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from tasks_app.models.base import uuid7, uuid7_floor
from tasks_app.recurrence import (
    Decision,
    Overlap,
    ScheduleState,
    TickGroup,
    TickOutcome,
)
from tasks_app.sql import overlaps
from tasks_app.sql.db import Params, columns, fetch
from tasks_app.sql.tasks.transitions import FREE

Decided = tuple[ScheduleState, Decision]

_EXPRESSIONS = {
    "task_id": "t.id",
    "run": "t.run",
    "is_free": FREE,
    "overlapping": "0",
    "calendars": """
        CASE WHEN s.calendars <> '{}' THEN (
             SELECT jsonb_agg(c)::text FROM tasks_app_calendar c WHERE c.name = ANY(s.calendars))
         END
    """,
    "now": "statement_timestamp()",
}
# The columns of `ScheduleState`.
_STATE = ", ".join(_EXPRESSIONS.get(column, f"s.{column}") for column in ScheduleState._fields)
# Returns the state of schedules and their tasks.
_STATES = f"""
    SELECT {_STATE}
      FROM tasks_app_taskschedule s
      JOIN tasks_app_task t ON t.schedule_id = s.id
"""

# Locks schedules that are due, without those that another transaction has locked. With the catch-up
# policy ALL, those whose next run waits for the previous one are due but not locked.
_LOCK_DUE = f"""
    {_STATES}
     WHERE s.paused_at IS NULL AND s.next_run_at <= statement_timestamp()
       AND (s.catch_up <> 'ALL' OR s.queued_at IS NULL AND {FREE})
     ORDER BY s.next_run_at
     LIMIT %(limit)s
       FOR UPDATE SKIP LOCKED
"""
# Locks schedules with a queued run whose task is free for it.
_LOCK_QUEUED = f"""
    {_STATES}
     WHERE s.paused_at IS NULL AND s.queued_at IS NOT NULL AND {FREE}
     LIMIT %(limit)s
       FOR UPDATE SKIP LOCKED
"""
# Locks a schedule.
_LOCK = f"""
    {_STATES}
     WHERE s.id = %(id)s
       FOR UPDATE
"""


def lock_due(limit: int) -> list[ScheduleState]:
    """Lock up to `limit` schedules that are due and whose scheduled times can be decided on.

    Schedules that another transaction has locked are left out.
    """
    return _states(_LOCK_DUE, {"limit": limit})


def lock_queued(limit: int) -> list[ScheduleState]:
    """Lock up to `limit` schedules with a queued run whose task has become free for it."""
    return _states(_LOCK_QUEUED, {"limit": limit})


def lock(schedule_id: UUID) -> list[ScheduleState]:
    """Lock a schedule, whether or not it is due; return an empty list if it does not exist."""
    return _states(_LOCK, {"id": schedule_id})


def _states(sql: str, params: Params) -> list[ScheduleState]:
    states = [ScheduleState._make(row) for row in fetch(sql, params)]
    allowing = [state.id for state in states if state.overlap == Overlap.ALLOW]
    if not allowing:
        return states
    # They are counted after the lock: until then, another transaction can create some.
    active = overlaps.count_active(allowing)
    return [state._replace(overlapping=active.get(state.id, 0)) for state in states]


# Stores the decisions about schedules whose next scheduled time is still the same.
_ADVANCE = """
    UPDATE tasks_app_taskschedule s
       SET next_run_at = d.next_run_at, queued_at = d.queued_at, fired = s.fired + d.fired,
           skipped = s.skipped + d.skipped, missed = s.missed + d.missed
      FROM unnest(%(id)s::uuid[], %(was)s::timestamptz[], %(next_run_at)s::timestamptz[],
                  %(queued_at)s::timestamptz[], %(fired)s::int[], %(skipped)s::int[],
                  %(missed)s::int[])
        AS d(id, was, next_run_at, queued_at, fired, skipped, missed)
     WHERE s.id = d.id AND s.next_run_at IS NOT DISTINCT FROM d.was
    RETURNING s.id
"""
_ADVANCED = ("id", "was", "next_run_at", "queued_at", "fired", "skipped", "missed")


def advance(decided: Iterable[Decided]) -> set[UUID]:
    """Advance schedules to their next scheduled time, and return the IDs of those it changed.

    A schedule that another transaction has advanced meanwhile is not changed.
    """
    rows = [_advanced(state, decision) for state, decision in decided]
    changed = fetch(_ADVANCE, columns(_ADVANCED, rows))
    return {id for (id,) in changed}


def _advanced(state: ScheduleState, decision: Decision) -> tuple[object, ...]:
    """Return the values of `_ADVANCED` for a schedule."""
    counts: Counter[str] = Counter()
    for group in decision.tick_groups:
        counts[group.outcome] += group.count
    return (
        state.id,
        state.next_run_at,
        decision.next_run_at,
        decision.queued_at,
        counts[TickOutcome.FIRED],
        counts[TickOutcome.SKIPPED],
        counts[TickOutcome.MISSED],
    )


# Pauses a schedule that is not paused yet.
_PAUSE = """
    UPDATE tasks_app_taskschedule
       SET paused_at = statement_timestamp(), pause_note = %(note)s
     WHERE id = %(id)s AND paused_at IS NULL
    RETURNING 1
"""


def pause(schedule_id: UUID, note: str) -> None:
    """Pause a schedule, with the reason as its note."""
    fetch(_PAUSE, {"id": schedule_id, "note": note})


# Inserts the outcomes of scheduled times that are not recorded yet.
_INSERT_TICKS = """
    INSERT INTO tasks_app_scheduletick
           (id, schedule_id, nominal_at, outcome, reason, count, run, task_id, fired_at)
    SELECT *
      FROM unnest(%(id)s::uuid[], %(schedule_id)s::uuid[], %(nominal_at)s::timestamptz[],
                  %(outcome)s::text[], %(reason)s::text[], %(count)s::int[], %(run)s::int[],
                  %(task_id)s::uuid[], %(fired_at)s::timestamptz[])
    ON CONFLICT (schedule_id, nominal_at) DO NOTHING
    RETURNING schedule_id, nominal_at, task_id
"""
_TICK = (
    *("id", "schedule_id", "nominal_at", "outcome", "reason", "count", "run", "task_id"),
    "fired_at",
)


def insert_ticks(
    tick_groups: Sequence[tuple[ScheduleState, TickGroup]],
) -> dict[tuple[UUID, datetime], UUID | None]:
    """Record the outcomes of scheduled times.

    Returns:
        Those that were not recorded before, by the schedule's ID and the scheduled time, with the
        ID of the task that is to be created for an overlapping run.
    """
    rows = [_tick(state, group) for state, group in tick_groups]
    inserted = fetch(_INSERT_TICKS, columns(_TICK, rows))
    return {(id, nominal_at): task_id for id, nominal_at, task_id in inserted}


def _tick(state: ScheduleState, group: TickGroup) -> tuple[object, ...]:
    """Return the values of `_TICK` for a scheduled time."""
    has_fired = group.outcome == TickOutcome.FIRED
    run = 1 if group.is_overlapping else state.run + 1
    return (
        uuid7(),
        state.id,
        group.nominal_at,
        group.outcome,
        group.reason,
        group.count,
        run if has_fired else None,
        uuid7() if group.is_overlapping else None,
        state.now if has_fired else None,
    )


# Deletes the oldest ticks. Their IDs sort by creation.
_DELETE = """
    WITH old AS (
        SELECT id FROM tasks_app_scheduletick
         WHERE id < %(before)s
         ORDER BY id
         LIMIT %(limit)s
    )
    DELETE FROM tasks_app_scheduletick t
     USING old WHERE t.id = old.id
    RETURNING 1
"""


def delete_before(time: datetime, limit: int) -> int:
    """Delete up to `limit` of the oldest ticks created before a time; return their number."""
    return len(fetch(_DELETE, {"before": uuid7_floor(time), "limit": limit}))
