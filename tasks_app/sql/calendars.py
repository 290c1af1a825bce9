"""Statements about calendars and the schedules that use them. Call them inside a transaction."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from tasks_app.sql.db import columns, fetch

_LOCK = 0x63616C65
# Many transactions that use calendars hold it at the same time, or one that changes a calendar.
_LOCK_TO_USE = "SELECT pg_advisory_xact_lock_shared(%(lock)s)"
_LOCK_TO_CHANGE = "SELECT pg_advisory_xact_lock(%(lock)s)"


def lock_to_use() -> None:
    """Block changes of calendars until the transaction ends. Call it before locking a schedule."""
    fetch(_LOCK_TO_USE, {"lock": _LOCK})


def lock_to_change() -> None:
    """Block the creation and change of schedules that use calendars until the transaction ends."""
    fetch(_LOCK_TO_CHANGE, {"lock": _LOCK})


# Counts the schedules that use calendars.
_COUNTS = """
    SELECT name, count(*)
      FROM tasks_app_taskschedule, unnest(calendars) AS name
     WHERE calendars && %(names)s::varchar[] AND name = ANY(%(names)s)
     GROUP BY name
"""


def schedule_counts(names: Sequence[str]) -> dict[str, int]:
    """Return the number of schedules that use each calendar, without those that none uses."""
    return dict(fetch(_COUNTS, {"names": list(names)}))


# Sets the next scheduled time of schedules.
_RESCHEDULE = """
    UPDATE tasks_app_taskschedule s
       SET next_run_at = d.next_run_at
      FROM unnest(%(id)s::uuid[], %(next_run_at)s::timestamptz[]) AS d(id, next_run_at)
     WHERE s.id = d.id
    RETURNING s.id
"""


def reschedule(next_runs: Sequence[tuple[UUID, datetime]]) -> None:
    """Set the next scheduled time of schedules that are locked."""
    fetch(_RESCHEDULE, columns(("id", "next_run_at"), next_runs))


# Replaces the name of a calendar in the schedules that use it.
_RENAME = """
    UPDATE tasks_app_taskschedule
       SET calendars = array_replace(calendars, %(name)s, %(new_name)s), updated_at = now()
     WHERE calendars @> ARRAY[%(name)s]::varchar[]
    RETURNING id
"""


def rename_in_schedules(name: str, new_name: str) -> list[UUID]:
    """Replace the name of a calendar in the schedules that use it, and return their IDs."""
    return [id for (id,) in fetch(_RENAME, {"name": name, "new_name": new_name})]
