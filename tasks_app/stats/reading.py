"""Reads the periods of statistics, and the events that they do not include yet."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from tasks_app.models import Task
from tasks_app.sql.db import fetch
from tasks_app.stats.totals import EVENT_COLUMNS, NOT_ROLLED_UP, EventTotals


class Scope(StrEnum):
    """What a row of `StatsPeriod` or `GaugePeriod` is about.

    The key of a row is the name of the queue, the UUID of the node, or "" for the cluster.
    """

    CLUSTER = "cluster"
    QUEUE = "queue"
    NODE = "node"


# The key of a row, and the condition that it is of a scope.
KEYS = {Scope.CLUSTER: "queue", Scope.QUEUE: "queue", Scope.NODE: "node::text"}
CONDITIONS = {
    Scope.CLUSTER: "queue = '' AND node IS NULL",
    Scope.QUEUE: "queue <> ''",
    Scope.NODE: "node IN (SELECT id FROM tasks_app_workernode)",
}

# Returns, as of one moment, the periods of a range and the events that they do not include.
_PERIODS_AND_EVENTS = f"""
    WITH period AS (
        SELECT *, {{key}} AS key FROM tasks_app_statsperiod
         WHERE seconds = %(seconds)s AND at >= %(since)s AND {{condition}}
           AND (%(until)s IS NULL OR at < %(until)s)
           AND (%(keys)s IS NULL OR {{key}} = ANY(%(keys)s::text[]))
    ), event AS (
        SELECT {EVENT_COLUMNS} FROM {NOT_ROLLED_UP}
           AND at >= %(since)s AND (%(until)s IS NULL OR at < %(until)s)
           AND status = ANY(%(terminal)s)
    )
    SELECT (SELECT coalesce(json_agg(period), '[]') FROM period),
           (SELECT coalesce(json_agg(event), '[]') FROM event)
"""
_READ = {
    scope: _PERIODS_AND_EVENTS.format(key=KEYS[scope], condition=condition)
    for scope, condition in CONDITIONS.items()
}


def read(
    seconds: int,
    since: datetime,
    scope: Scope,
    until: datetime | None = None,
    keys: Sequence[str] | None = None,
) -> tuple[list[dict[str, Any]], Iterator[EventTotals]]:
    """Return the periods of a range, and the events of ended runs that they do not include.

    Args:
        seconds: The length of the periods; 0 for all time.
        since: The start of the first period.
        scope: What the periods are about.
        until: The end of the range; None for now.
        keys: Return only periods with these keys, but all events; None for all.
    """
    params = {
        "seconds": seconds,
        "since": since,
        "until": until,
        "keys": None if keys is None else list(keys),
        "terminal": list(Task.TERMINAL),
    }
    [(periods, events)] = fetch(_READ[scope], params)
    totals = map(_event_totals, events)
    return periods, (event for event in totals if event.is_end)


def key_of(event: EventTotals, scope: Scope) -> str | None:
    """Return the key of the row that counts an event; None if none of the scope does."""
    if scope == Scope.NODE:
        return str(event.node) if event.node else None
    return event.queue or None if scope == Scope.QUEUE else ""


def _event_totals(values: dict[str, Any]) -> EventTotals:
    at = datetime.fromisoformat(values["at"])
    node = UUID(values["node"]) if values["node"] else None
    return EventTotals(**values | {"at": at, "node": node})
