"""Finds positions of the log in the past."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import NamedTuple

from tasks_app.log.cursor import Cursor, GapError
from tasks_app.sql.db import fetch


class Position(NamedTuple):
    """A position of the log: after the event with a cursor and before the next one.

    Attributes:
        cursor: The cursor of the event.
        at: The time of the event. None if no event is before the position.
        next_at: The time of the next event. None if there is none yet.
    """

    cursor: Cursor
    at: datetime | None
    next_at: datetime | None


# Returns the state of the log, the last of the events that meet a condition, and the time of the
# next event. The first is found in the index from its end.
_LAST = """
    WITH last AS (
        SELECT xid, id, at
          FROM tasks_app_clusterevent
         WHERE {condition} AND xid < pg_snapshot_xmin(pg_current_snapshot())::text::bigint
         ORDER BY xid DESC, id DESC LIMIT 1
    ), next AS (
        SELECT at
          FROM tasks_app_clusterevent
         WHERE (xid, id) > (coalesce((SELECT xid FROM last), 0), coalesce((SELECT id FROM last), 0))
         ORDER BY xid, id LIMIT 1
    )
    SELECT pg_snapshot_xmin(snapshot)::text::bigint, pg_snapshot_xmax(snapshot)::text::bigint,
           pruned.xid, pruned.event_id, last.xid, last.id, last.at, (SELECT at FROM next)
      FROM pg_current_snapshot() AS snapshot
      LEFT JOIN tasks_app_prunedlog AS pruned ON true
      LEFT JOIN last ON true
"""
_LAST_UNTIL = _LAST.format(condition="(xid, id) <= (%(xid)s, %(id)s)")
_LAST_AT = _LAST.format(condition="at <= %(at)s")


def position_of(cursor: Cursor) -> Position:
    """Return the last event up to a cursor. An event of which some tasks were not read is left out.

    Raises:
        GapError: Events after the cursor have been deleted, or it belongs to another log.
    """
    id = cursor.id - 1 if cursor.is_inside_event else cursor.id
    return _position(_LAST_UNTIL, {"xid": cursor.xid, "id": id}, cursor)


def position_at(time: datetime) -> Position:
    """Return the last event at or before a time, which is at most now.

    Raises:
        GapError: Events after the time have been deleted.
    """
    return _position(_LAST_AT, {"at": time})


# Returns whether events were deleted, and the time of the first one that was not.
_BEGINNING = """
    SELECT EXISTS (SELECT FROM tasks_app_prunedlog),
           (SELECT at FROM tasks_app_clusterevent ORDER BY xid, id LIMIT 1)
"""


def complete_since() -> datetime:
    """Return the time from which on the log contains all events."""
    [(is_pruned, first_at)] = fetch(_BEGINNING)
    if not is_pruned:
        return datetime.min.replace(tzinfo=UTC)
    return first_at or datetime.max.replace(tzinfo=UTC)


def _position(sql: str, params: Mapping[str, object], cursor: Cursor | None = None) -> Position:
    [(horizon, next_xid, pruned_xid, pruned_id, xid, id, *times)] = fetch(sql, params)
    last = Cursor(xid or 0, id or 0)
    if pruned_xid is not None and (cursor or last) < (pruned := Cursor(pruned_xid, pruned_id)):
        raise GapError(pruned)
    if cursor and cursor.xid > next_xid:
        raise GapError(Cursor(horizon, 0))
    return Position(last, *times)
