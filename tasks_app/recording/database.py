"""Writes a recording to the database of a replay.

The events of the start get the transaction ID 1, below every cursor: they are history, and no
subscription sends them. The events of frames get the IDs of the replay's own transactions.
"""

from datetime import datetime

from tasks_app.log import notifier
from tasks_app.models import StatsWatermark
from tasks_app.recording.file import Frame, Recording, RecordingError, Row
from tasks_app.recording.tables import (
    BACKFILL_RUN,
    EVENT,
    GAUGE,
    PERIOD,
    RESULT,
    SCHEDULE,
    TABLES,
    TASK,
    TICK,
    Table,
    check,
)
from tasks_app.recording.timeline import Timeline
from tasks_app.sql.db import fetch
from tasks_app.sql.transactions import in_transaction
from tasks_app.stats.periods import start_of_period
from tasks_app.stats.rollup import roll_up

_HISTORY_XID = 1
# Its own tables, besides those of the recording.
_POSITIONS = ("tasks_app_statswatermark", "tasks_app_prunedlog")

# The rows that are deleted with a row, and their column with its ID.
_PARTS = {
    TASK: [(RESULT, "task_id"), (BACKFILL_RUN, "task_id")],
    SCHEDULE: [(TICK, "schedule_id")],
}
# Backfills stay when their schedule is deleted.
_DETACH = (
    "UPDATE tasks_app_backfill SET schedule_id = NULL WHERE schedule_id = ANY(%(ids)s::uuid[])"
)

# Stores that the log begins now. Every cursor that a client holds is before it.
_BEGIN_LOG = """
    INSERT INTO tasks_app_prunedlog (id, xid, event_id)
    VALUES (1, pg_current_xact_id()::text::bigint, 1)
    ON CONFLICT (id) DO UPDATE SET xid = excluded.xid, event_id = excluded.event_id
"""
# Returns the ID of the last event that the recorded statistics include.
_ROLLED_UP = """
    SELECT id FROM tasks_app_clusterevent ORDER BY id OFFSET %(count)s - 1 LIMIT 1
"""


@in_transaction
def load(recording: Recording, timeline: Timeline | None) -> None:
    """Replace the content of the database with the state at the start.

    Args:
        recording: The recording.
        timeline: Maps the times; None keeps them.

    Raises:
        RecordingError: The tables of this version do not fit.
    """
    check(recording.header.columns, recording.header.version)
    tables = ", ".join([*(table.db_table for table in TABLES.values()), *_POSITIONS])
    fetch(f"TRUNCATE {tables}")
    for state in recording.state:
        for name, rows in state.items():
            table = _table(name)
            xid = {"xid": _HISTORY_XID} if table is EVENT else {}
            _write(table, [row | xid for row in rows], timeline)
    if count := recording.header.rolled_up:
        [(event_id,)] = fetch(_ROLLED_UP, {"count": count})
        StatsWatermark.objects.create(pk=1, xid=_HISTORY_XID, event_id=event_id)
    fetch(_BEGIN_LOG)


@in_transaction
def apply(frame: Frame, timeline: Timeline | None) -> None:
    """Write what changed in a moment, and notify the readers of the log.

    Raises:
        RecordingError: The frame names an unknown table.
    """
    for name, ids in frame.deleted.items():
        table = _table(name)
        table.delete(ids)
        for part, column in _PARTS.get(table, ()):
            part.delete(ids, column)
        if table is SCHEDULE:
            fetch(_DETACH, {"ids": ids})
    for name, rows in frame.rows.items():
        _write(_table(name), rows, timeline)
    notifier.notify_after_commit()


def forget_log() -> None:
    """Delete all events, so that every cursor that a client holds leads to a gap."""
    while roll_up():
        pass
    _delete_log()


@in_transaction
def _delete_log() -> None:
    fetch("DELETE FROM tasks_app_clusterevent")
    fetch(_BEGIN_LOG)


def _table(name: str) -> Table:
    try:
        return TABLES[name]
    except KeyError:
        raise RecordingError(f"The recording names an unknown table: {name}.") from None


def _write(table: Table, rows: list[Row], timeline: Timeline | None) -> None:
    if rows:
        table.write([_mapped(table, row, timeline) for row in rows] if timeline else rows)


def _mapped(table: Table, row: Row, timeline: Timeline) -> Row:
    """Return the row with present times."""
    times = {name: row[name] for name in table.times if row.get(name)}
    present = {
        name: timeline.present(datetime.fromisoformat(str(time))) for name, time in times.items()
    }
    if table in (PERIOD, GAUGE):
        seconds = row["seconds"]
        assert isinstance(seconds, int)
        present["at"] = start_of_period(present["at"], seconds)
    return row | {name: time.isoformat() for name, time in present.items()}
