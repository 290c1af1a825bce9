"""The ticks of schedules, in SQL, for as many schedules at once as are due.

The actor opens the transaction. Each schedule it takes stays locked until then, with its task.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from tasks_app.models.base import uuid7, uuid7_floor
from tasks_app.recurrence import (
    Decision,
    ScheduleState,
    TickGroup,
    TickOutcome,
)
from tasks_app.sql.db import columns, fetch
from tasks_app.sql.transitions import FREE

Decided = tuple[ScheduleState, Decision]

_OWN = {
    "task_id": "t.id",
    "run": "t.run",
    "is_free": FREE,
    "now": "statement_timestamp()",
}
_STANDING = ", ".join(_OWN.get(column, f"s.{column}") for column in ScheduleState._fields)


def lock_due(limit: int) -> list[ScheduleState]:
    """Those with a tick that is due, of what nobody else has in hand."""
    return _lock(
        """
        s.paused_at IS NULL AND s.next_run_at <= statement_timestamp()
        ORDER BY s.next_run_at LIMIT %s FOR UPDATE SKIP LOCKED
        """,
        limit,
    )


def lock_queued(limit: int) -> list[ScheduleState]:
    """Those whose task has become free for the tick that was kept for it."""
    return _lock(
        f"""
        s.paused_at IS NULL AND s.queued_at IS NOT NULL AND {FREE}
        LIMIT %s FOR UPDATE SKIP LOCKED
        """,
        limit,
    )


def lock(schedule_id: UUID) -> list[ScheduleState]:
    """This one, whether or not anything is due; none if it is not there."""
    return _lock("s.id = %s FOR UPDATE", schedule_id)


def advance(decided: Iterable[Decided]) -> set[UUID]:
    """Move schedules on, unless somebody has done so already; answers whom it moved."""
    rows = [(due.id, due.next_run_at, *_after(decision)) for due, decision in decided]
    moved = fetch(
        """
        UPDATE tasks_app_taskschedule s
           SET next_run_at = d.next_run_at, queued_at = d.queued_at, fired = s.fired + d.fired,
               skipped = s.skipped + d.skipped, missed = s.missed + d.missed
          FROM unnest(%s::uuid[], %s::timestamptz[], %s::timestamptz[], %s::timestamptz[],
                      %s::int[], %s::int[], %s::int[])
            AS d(id, was, next_run_at, queued_at, fired, skipped, missed)
         WHERE s.id = d.id AND s.next_run_at IS NOT DISTINCT FROM d.was
        RETURNING s.id
        """,
        columns(rows),
    )
    return {id for (id,) in moved}


def pause(schedule_id: UUID, note: str) -> None:
    """Pause a schedule that the actor has locked."""
    fetch(
        """
        UPDATE tasks_app_taskschedule
           SET paused_at = coalesce(paused_at, statement_timestamp()), pause_note = %s
         WHERE id = %s
        RETURNING 1
        """,
        [note, schedule_id],
    )


def insert_ticks(
    tick_groups: Sequence[tuple[ScheduleState, TickGroup]],
) -> set[tuple[UUID, datetime]]:
    """Record what became of ticks; answers schedule and time of those not recorded before."""
    rows = [
        (
            *(
                uuid7(),
                due.id,
                tick_group.nominal_at,
                tick_group.outcome,
                tick_group.reason,
                tick_group.count,
            ),
            *((due.run + 1, due.now) if tick_group.outcome == TickOutcome.FIRED else (None, None)),
        )
        for due, tick_group in tick_groups
    ]
    inserted = fetch(
        """
        INSERT INTO tasks_app_scheduletick
               (id, schedule_id, nominal_at, outcome, reason, count, run, fired_at)
        SELECT * FROM unnest(%s::uuid[], %s::uuid[], %s::timestamptz[], %s::text[], %s::text[],
                             %s::int[], %s::int[], %s::timestamptz[])
        ON CONFLICT (schedule_id, nominal_at) DO NOTHING
        RETURNING schedule_id, nominal_at
        """,
        columns(rows),
    )
    return {(id, nominal_at) for id, nominal_at in inserted}


def delete_before(time: datetime, limit: int) -> int:
    """Forget the oldest ticks, as far as they are older than this; answers how many."""
    return len(
        fetch(
            """
            DELETE FROM tasks_app_scheduletick WHERE id IN (
                SELECT id FROM tasks_app_scheduletick WHERE id < %s ORDER BY id LIMIT %s)
            RETURNING 1
            """,
            [uuid7_floor(time), limit],
        )
    )


def _lock(which: str, param: Any) -> list[ScheduleState]:
    rows = fetch(
        f"""
        SELECT {_STANDING}
          FROM tasks_app_taskschedule s JOIN tasks_app_task t ON t.schedule_id = s.id
         WHERE {which}
        """,
        [param],
    )
    return [ScheduleState._make(row) for row in rows]


def _after(decision: Decision) -> tuple[Any, ...]:
    counts: Counter[str] = Counter()
    for tick_group in decision.tick_groups:
        counts[tick_group.outcome] += tick_group.count
    return (
        *(decision.next_run_at, decision.queued_at),
        *(
            counts[outcome]
            for outcome in (TickOutcome.FIRED, TickOutcome.SKIPPED, TickOutcome.MISSED)
        ),
    )
