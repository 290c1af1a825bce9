"""Queries of the statistics. They include events that have not been rolled up yet."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from enum import IntEnum
from typing import Any
from uuid import UUID

from django.utils import timezone

from tasks_app.models import Task
from tasks_app.sql.db import fetch
from tasks_app.stats.totals import (
    EVENT_COLUMNS,
    NOT_ROLLED_UP,
    EventTotals,
    TaskStats,
    start_of_period,
)


class Window(IntEnum):
    """A period that ends now, in seconds; 0 is all time."""

    MINUTE = 60
    FIVE_MINUTES = 300
    HOUR = 3600
    ALL_TIME = 0


# Returns the number of tasks by queue and status.
_COUNTS = f"""
    WITH recent AS (
        SELECT {EVENT_COLUMNS} FROM {NOT_ROLLED_UP}
    ), change AS (
        SELECT queue, status, count AS tasks FROM tasks_app_taskcount
        UNION ALL
        SELECT queue, status, tasks FROM recent WHERE status <> ''
        UNION ALL
        SELECT coalesce(nullif(previous_queue, ''), queue), previous_status, -tasks
          FROM recent WHERE previous_status <> ''
    )
    SELECT queue, status, sum(tasks)::bigint FROM change GROUP BY queue, status
"""


def task_counts() -> dict[tuple[str, str], int]:
    """Return the exact number of tasks for each queue and status that has some."""
    return {(queue, status): count for queue, status, count in fetch(_COUNTS) if status and count}


def queue_stats(window: Window) -> dict[str, TaskStats]:
    """Return the runs that ended in a window, for each queue."""
    return _stats(window, "queue")


def node_stats(window: Window) -> dict[UUID, TaskStats]:
    """Return the runs that ended in a window, for each node by its ID."""
    return {UUID(id): stats for id, stats in _stats(window, "node").items()}


def history(window: Window) -> dict[datetime, TaskStats]:
    """Return the runs of all queues that ended in a window, by the start of each period.

    Periods have 10 seconds, or 60 in a window of an hour. The last one is not over yet.
    """
    size = 60 if window == Window.HOUR else 10
    now = timezone.now()
    since = start_of_period(now - timedelta(seconds=window), size)
    number = int((now - since).total_seconds() // size) + 1
    starts = [since + timedelta(seconds=size * n) for n in range(number)]
    found = {at: TaskStats(min(size, max(1.0, (now - at).total_seconds()))) for at in starts}
    periods, events = _read(size, since, "queue")
    for row in periods:
        if stats := found.get(datetime.fromisoformat(row["at"])):
            stats.add(row)
    for event in events:
        if stats := found.get(start_of_period(event.at, size)):
            stats.add_event(event)
    return found


def _stats(window: Window, scope: str) -> dict[str, TaskStats]:
    size = {Window.ALL_TIME: 0, Window.HOUR: 600}.get(window, 10)
    now = timezone.now()
    since = start_of_period(now - timedelta(seconds=window), size)
    seconds = (now - since).total_seconds() if size else 0
    periods, events = _read(size, since, scope)
    found: dict[str, TaskStats] = {}
    for row in periods:
        found.setdefault(row[scope], TaskStats(seconds)).add(row)
    for event in events:
        if key := getattr(event, scope):
            found.setdefault(str(key), TaskStats(seconds)).add_event(event)
    return found


# Returns, as of one moment, the periods since a time and the events that they do not include.
_PERIODS_AND_EVENTS = f"""
    WITH period AS (
        SELECT * FROM tasks_app_statsperiod
         WHERE seconds = %(seconds)s AND at >= %(since)s AND {{scope}}
    ), event AS (
        SELECT {EVENT_COLUMNS} FROM {NOT_ROLLED_UP}
           AND at >= %(since)s AND status = ANY(%(terminal)s)
    )
    SELECT (SELECT coalesce(json_agg(period), '[]') FROM period),
           (SELECT coalesce(json_agg(event), '[]') FROM event)
"""
_READ = {
    "queue": _PERIODS_AND_EVENTS.format(scope="queue <> ''"),
    "node": _PERIODS_AND_EVENTS.format(scope="node IS NOT NULL"),
}


def _read(
    seconds: int, since: datetime, scope: str
) -> tuple[list[dict[str, Any]], Iterator[EventTotals]]:
    """Return the periods since a time, and the events of ended runs that they do not include."""
    params = {"seconds": seconds, "since": since, "terminal": list(Task.TERMINAL)}
    [(periods, events)] = fetch(_READ[scope], params)
    totals = map(_event_totals, events)
    return periods, (event for event in totals if event.is_end)


def _event_totals(values: dict[str, Any]) -> EventTotals:
    at = datetime.fromisoformat(values["at"])
    node = UUID(values["node"]) if values["node"] else None
    return EventTotals(**values | {"at": at, "node": node})
