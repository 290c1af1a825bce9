"""Statements about calendars and the schedules that use them. Call them inside a transaction."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from tasks_app.sql.db import columns, fetch

# Blocks changes of calendars until the transaction ends.
_LOCK = """
    SELECT name FROM tasks_app_calendar
     WHERE name = ANY(%(names)s)
     ORDER BY name
       FOR SHARE
"""


def lock(names: Sequence[str]) -> None:
    """Keep calendars from being changed or deleted until the transaction ends."""
    if names:
        fetch(_LOCK, {"names": list(names)})


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
