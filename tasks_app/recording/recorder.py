"""Records a running cluster: the state at the start, then the changes at short intervals.

Each frame is read in one snapshot of the database. Events are read in the order of the log, below
the oldest running transaction, and with them the rows that they are about. So a frame contains no
event without its change; a row may be newer than the event, as it is for any subscriber.
"""

from datetime import datetime, timedelta

from tasks_app.log.cursor import Cursor
from tasks_app.recording.file import Frame, Header, Row, Rows, Writer, ids
from tasks_app.recording.tables import (
    ALERT,
    ALERT_RULE,
    BACKFILL,
    BACKFILL_RUN,
    BATCH,
    CALENDAR,
    EVENT,
    NODE,
    QUEUE,
    RESULT,
    SCHEDULE,
    SCHEDULING,
    STATE,
    TASK,
    TICK,
    Table,
    columns,
)
from tasks_app.sql.db import fetch
from tasks_app.sql.transactions import in_snapshot, in_transaction

# These rows are few, and are compared as a whole: heartbeats have no events.
_COMPARED = (SCHEDULING, QUEUE, NODE, CALENDAR, ALERT_RULE)
_COMPARE_EVERY = timedelta(seconds=1)
# A transaction takes at most 30 seconds (see STATEMENT_TIMEOUT_SECONDS), so a row that becomes
# visible now was created after this.
_LATE = timedelta(minutes=2)

_WITH_ID = "t.id = ANY(%(ids)s::uuid[])"
_OF_TASKS = "t.task_id = ANY(%(ids)s::uuid[]) AND t.created_at > %(since)s"
_OF_BACKFILLS = "t.backfill_id = ANY(%(backfills)s::uuid[]) OR t.task_id = ANY(%(tasks)s::uuid[])"
_OF_SCHEDULES = "t.schedule_id = ANY(%(ids)s::uuid[]) AND t.created_at > %(since)s"

# Returns the time, and the oldest running transaction of the snapshot.
_NOW = "SELECT clock_timestamp(), pg_snapshot_xmin(pg_current_snapshot())::text::bigint"
# The events after a cursor and below the horizon, in the order of the log.
_EVENTS = f"""
    (t.xid, t.id) > (%(xid)s, %(id)s) AND t.xid < %(horizon)s
    ORDER BY t.xid, t.id LIMIT {BATCH}
"""
# Returns the position of the event that ends a batch.
_END = """
    SELECT xid, id FROM tasks_app_clusterevent
     WHERE (xid, id) > (%(xid)s, %(id)s) AND xid < %(horizon)s
     ORDER BY xid, id OFFSET %(count)s - 1 LIMIT 1
"""
# Returns how many of the events before the horizon the statistics include.
_ROLLED_UP = """
    SELECT count(*)
      FROM tasks_app_clusterevent e JOIN tasks_app_statswatermark w
        ON (e.xid, e.id) <= (w.xid, w.event_id)
     WHERE e.xid < %(horizon)s
"""


class Recorder:
    """A recording in progress. Its counts are for the message at the end."""

    def __init__(self, writer: Writer, version: str) -> None:
        self._writer = writer
        self._version = version
        self._known: dict[str, dict[str, Row]] = {}
        self.events = 0
        self.seconds = 0.0

    @in_snapshot
    def begin(self) -> None:
        """Write the header and the state at the start."""
        [(self._began, horizon)] = fetch(_NOW)
        self._at = self._compared_at = self._began
        [(rolled_up,)] = fetch(_ROLLED_UP, {"horizon": horizon})
        self._writer.header(Header(self._version, self._began, rolled_up, columns()))
        for table in STATE:
            for rows in table.batches():
                self._writer.state(table.name, rows)
                if table in _COMPARED:
                    self._known.setdefault(table.name, {}).update(zip(ids(rows), rows, strict=True))
        self._cursor = Cursor(0, 0)
        while events := self._next_events(horizon):
            self._writer.state(EVENT.name, events)

    @in_snapshot
    def look(self) -> None:
        """Write a frame, if something has changed."""
        [(now, horizon)] = fetch(_NOW)
        rows: Rows = {}
        deleted: dict[str, list[str]] = {}
        while events := self._next_events(horizon):
            rows.setdefault(EVENT.name, []).extend(events)
        self._add_subjects(rows.get(EVENT.name, []), rows, deleted)
        if rows or now > self._compared_at + _COMPARE_EVERY:
            self._compared_at = now
            for table in _COMPARED:
                self._add_differences(table, rows, deleted)
        self._at = now
        self.seconds = self._since_start(now)
        if rows or deleted:
            self._writer.frame(Frame(self.seconds, rows, deleted))
            self.events += len(rows.get(EVENT.name, ()))

    @in_transaction
    def end(self) -> None:
        """Write the last line."""
        [(now, _)] = fetch(_NOW)
        self.seconds = self._since_start(now)
        self._writer.end(self.seconds)

    def _since_start(self, now: datetime) -> float:
        seconds: float = (now - self._began).total_seconds()
        return round(seconds, 3)

    def _next_events(self, horizon: int) -> list[Row]:
        position = {"xid": self._cursor.xid, "id": self._cursor.id, "horizon": horizon}
        events = EVENT.select(_EVENTS, position)
        if events:
            [end] = fetch(_END, position | {"count": len(events)})
            self._cursor = Cursor(*end)
        return events

    def _add_subjects(self, events: list[Row], rows: Rows, deleted: dict[str, list[str]]) -> None:
        """Add what events are about: tasks, schedules, backfills and alerts, with their parts."""
        if not events:
            return
        task_ids, schedule_ids = _named(events, "task_ids"), _named(events, "schedule_ids")
        tasks = TASK.select(_WITH_ID, {"ids": task_ids})
        owners = [task["schedule_id"] or task["overlap_of_id"] for task in tasks]
        schedule_ids += [str(id) for id in owners if id]
        schedules = SCHEDULE.select(_WITH_ID, {"ids": schedule_ids})
        since = self._at - _LATE
        results = RESULT.select(_OF_TASKS, {"ids": task_ids, "since": since})
        ticks = TICK.select(_OF_SCHEDULES, {"ids": schedule_ids, "since": since})
        backfill_ids = _named(events, "backfill_ids")
        alert_ids = [event["alert_id"] for event in events if event["alert_id"]]
        runs = BACKFILL_RUN.select(_OF_BACKFILLS, {"backfills": backfill_ids, "tasks": task_ids})
        for table, found in (
            (SCHEDULE, schedules),
            (TASK, tasks),
            (RESULT, results),
            (TICK, ticks),
            (BACKFILL, BACKFILL.select(_WITH_ID, {"ids": backfill_ids})),
            (BACKFILL_RUN, runs),
            (ALERT, ALERT.select(_WITH_ID, {"ids": alert_ids})),
        ):
            if found:
                rows[table.name] = found
        for table, named, found in ((TASK, task_ids, tasks), (SCHEDULE, schedule_ids, schedules)):
            if gone := sorted(set(named) - set(ids(found))):
                deleted[table.name] = gone

    def _add_differences(self, table: Table, rows: Rows, deleted: dict[str, list[str]]) -> None:
        found = table.select("true", {})
        now = dict(zip(ids(found), found, strict=True))
        before = self._known.get(table.name, {})
        self._known[table.name] = now
        if changed := [row for id, row in now.items() if before.get(id) != row]:
            rows[table.name] = changed
        if gone := sorted(before.keys() - now.keys()):
            deleted[table.name] = gone


def _named(events: list[Row], column: str) -> list[str]:
    """Return the IDs in an array of the events, each once."""
    found: dict[str, None] = {}
    for event in events:
        values = event[column]
        assert isinstance(values, list)
        found.update(dict.fromkeys(values))
    return list(found)
