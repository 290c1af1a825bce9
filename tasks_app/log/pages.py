"""Reads the event log in pages, by cursor.

Events are read in the order of ``(xid, id)``, up to the oldest running transaction: below it no
event can appear later, so a reader misses no event and reads none twice.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from tasks_app.log.cursor import Cursor, GapError
from tasks_app.models import ClusterEvent
from tasks_app.models.event import OPERATION_KINDS
from tasks_app.sql.db import fetch

# A page has at most this many events, and ends with the event that reaches this many changes.
PAGE_EVENTS_MAX = 100
PAGE_CHANGES_ENOUGH = 1_000


class EventRow(NamedTuple):
    """An event as it is read from the log; see `ClusterEvent`."""

    xid: int
    id: int
    at: datetime
    kind: str
    actor: str
    token_id: UUID | None
    node_id: UUID | None
    queue: str
    previous_status: str
    status: str
    message: str
    task_ids: list[UUID]
    versions: list[int]
    attempts: list[int]
    task_schedule_ids: list[UUID | None]
    schedule_ids: list[UUID]
    backfill_ids: list[UUID]
    alert_id: UUID | None
    alert_kind: str

    @property
    def end(self) -> Cursor:
        """The cursor after this event."""
        return Cursor(self.xid, self.id)


class Page(NamedTuple):
    """Consecutive events, and the cursor after them.

    `is_last` says that no further event can be read now. `is_blocked` says that further events
    exist, but that a running transaction may still write events before them.
    """

    events: list[EventRow]
    cursor: Cursor
    is_last: bool
    is_blocked: bool

    def until(self, end: Cursor) -> "Page":
        """Return the page without the events after a cursor."""
        if self.cursor < end:
            return self._replace(is_last=False)
        events = [event for event in self.events if event.end[:2] <= end[:2]]
        return Page(events, end, is_last=True, is_blocked=False)


_COLUMNS = ", ".join(EventRow._fields)

# Returns the state of the log, and the next page of events (one row with nulls if it is empty).
_READ = f"""
    WITH snapshot AS (
        SELECT pg_snapshot_xmin(current)::text::bigint AS horizon,
               pg_snapshot_xmax(current)::text::bigint AS next_xid,
               -- The maximum reads one entry of the index; EXISTS would scan the table.
               (SELECT max(xid) FROM tasks_app_clusterevent) AS last_xid
          FROM pg_current_snapshot() AS current
    ), following AS (
        SELECT {_COLUMNS}
          FROM tasks_app_clusterevent
         WHERE (xid, id) > (%(xid)s, %(id)s) AND xid < (SELECT horizon FROM snapshot) {{condition}}
         ORDER BY xid, id
         LIMIT {PAGE_EVENTS_MAX}
    ), counted AS (
        SELECT following.*,
               sum(cardinality(task_ids)) OVER (ORDER BY xid, id) - cardinality(task_ids)
               AS changes_before
          FROM following
    )
    SELECT snapshot.horizon, snapshot.next_xid, pruned.xid, pruned.event_id,
           coalesce(snapshot.last_xid >= snapshot.horizon, false),
           {", ".join(f"counted.{name}" for name in EventRow._fields)}
      FROM snapshot
      LEFT JOIN tasks_app_prunedlog AS pruned ON true
      LEFT JOIN counted ON counted.changes_before < {PAGE_CHANGES_ENOUGH}
     ORDER BY counted.xid, counted.id
"""
_STATE_COLUMNS = 5
_READ_ALL = _READ.format(condition="")
_READ_OF_TASKS = _READ.format(condition="AND task_ids && %(task_ids)s::uuid[]")
# The first condition is that of the index `event_runs`.
_READ_OF_SCHEDULE = _READ.format(
    condition="""AND NOT task_schedule_ids = '{}'
                 AND task_schedule_ids && ARRAY[%(schedule_id)s]::uuid[]"""
)


def read(
    after: Cursor, task_ids: Collection[UUID] | None = None, schedule_id: UUID | None = None
) -> Page:
    """Return the next page of events.

    Args:
        after: The cursor to continue from.
        task_ids: Return only events about one of these tasks; None for all events.
        schedule_id: If `task_ids` is None, return only events about runs of this schedule.

    Raises:
        GapError: Events after the cursor have been deleted, or it belongs to another log.
    """
    params = {
        "xid": after.xid,
        # An event of which some tasks have not been read is read again.
        "id": after.id - 1 if after.is_inside_event else after.id,
        "task_ids": None if task_ids is None else list(task_ids),
        "schedule_id": schedule_id,
    }
    if task_ids is not None:
        sql = _READ_OF_TASKS
    else:
        sql = _READ_OF_SCHEDULE if schedule_id else _READ_ALL
    rows = fetch(sql, params)
    horizon, next_xid, pruned_xid, pruned_id, is_blocked = rows[0][:_STATE_COLUMNS]
    if pruned_xid is not None and after < (pruned := Cursor(pruned_xid, pruned_id)):
        raise GapError(pruned)
    if after.xid > next_xid:
        raise GapError(Cursor(horizon, 0))
    found = (row[_STATE_COLUMNS:] for row in rows)
    events = [EventRow._make(row) for row in found if row[0] is not None]
    changes = sum(len(event.task_ids) for event in events)
    is_last = len(events) < PAGE_EVENTS_MAX and changes < PAGE_CHANGES_ENOUGH
    end = max(after, Cursor(horizon, 0)) if is_last else events[-1].end
    return Page(events, end, is_last, is_blocked)


# Returns the last events before a cursor, newest first.
_READ_BACK = f"""
    SELECT {_COLUMNS}
      FROM tasks_app_clusterevent
     WHERE (xid, id) < (%(xid)s, %(id)s)
       AND xid < pg_snapshot_xmin(pg_current_snapshot())::text::bigint {{condition}}
     ORDER BY xid DESC, id DESC
     LIMIT %(count)s
"""
_READ_BACK_ALL = _READ_BACK.format(condition="")
_READ_BACK_KINDS = _READ_BACK.format(condition="AND kind = ANY(%(kinds)s)")


def read_back(before: Cursor, count: int, kinds: Collection[str] | None = None) -> list[EventRow]:
    """Return the last events before a cursor, oldest first.

    Args:
        before: The cursor.
        count: The maximum number of events.
        kinds: Return only events of these kinds; None for all.
    """
    params = {
        "xid": before.xid,
        "id": before.id,
        "count": count,
        "kinds": None if kinds is None else list(kinds),
    }
    rows = fetch(_READ_BACK_ALL if kinds is None else _READ_BACK_KINDS, params)
    return [EventRow._make(row) for row in reversed(rows)]


# Returns the last events of some kinds in a range of time, newest first. The condition on the kinds
# is that of the index `event_operations`.
_OPERATIONS = f"""
    SELECT {_COLUMNS}
      FROM tasks_app_clusterevent
     WHERE kind IN ({", ".join(f"'{kind}'" for kind in OPERATION_KINDS)})
       AND at >= %(since)s AND at < %(until)s
     ORDER BY at DESC LIMIT %(count)s
"""


def operations(since: datetime, until: datetime, count: int) -> list[EventRow]:
    """Return the last changes of nodes and queues in a range of time, oldest first."""
    rows = fetch(_OPERATIONS, {"since": since, "until": until, "count": count})
    return [EventRow._make(row) for row in reversed(rows)]


def cursor_after(event: EventRow | ClusterEvent, index: int) -> Cursor:
    """Return the cursor after the change of one of the event's tasks."""
    is_last = index + 1 == len(event.task_ids)
    return Cursor(event.xid, event.id) if is_last else Cursor(event.xid, event.id, index + 1)


def head() -> Cursor:
    """Return the cursor of the present: reading from it returns all that is not visible yet."""
    [(horizon,)] = fetch("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
    return Cursor(horizon, 0)


def histories(task_ids: Sequence[UUID]) -> dict[UUID, list[tuple[ClusterEvent, int]]]:
    """Return the events of each task, oldest first, with the task's index in each."""
    found: dict[UUID, list[tuple[ClusterEvent, int]]] = {id: [] for id in task_ids}
    events = ClusterEvent.objects.filter(task_ids__overlap=list(task_ids))
    for event in events.select_related("node").order_by("xid", "id"):
        for index, id in enumerate(event.task_ids):
            if id in found:
                found[id].append((event, index))
    return found
