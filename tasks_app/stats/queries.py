"""Queries of the statistics. They include events that have not been rolled up yet."""

from datetime import timedelta
from enum import IntEnum
from uuid import UUID

from django.utils import timezone

from tasks_app.stats.periods import start_of_period
from tasks_app.stats.reading import Scope, key_of, read
from tasks_app.stats.totals import TaskStats


class Window(IntEnum):
    """A period that ends now, in seconds; 0 is all time."""

    MINUTE = 60
    FIVE_MINUTES = 300
    HOUR = 3600
    ALL_TIME = 0


def cluster_stats(window: Window) -> TaskStats:
    """Return all runs that ended in a window."""
    return _stats(window, Scope.CLUSTER).get("", TaskStats())


def queue_stats(window: Window) -> dict[str, TaskStats]:
    """Return the runs that ended in a window, for each queue."""
    return _stats(window, Scope.QUEUE)


def node_stats(window: Window) -> dict[UUID, TaskStats]:
    """Return the runs that ended in a window, for each node by its ID."""
    return {UUID(id): stats for id, stats in _stats(window, Scope.NODE).items()}


def _stats(window: Window, scope: Scope) -> dict[str, TaskStats]:
    size = {Window.ALL_TIME: 0, Window.HOUR: 600}.get(window, 10)
    now = timezone.now()
    since = start_of_period(now - timedelta(seconds=window), size)
    seconds = (now - since).total_seconds() if size else 0
    periods, events = read(size, since, scope)
    found: dict[str, TaskStats] = {}
    for row in periods:
        found.setdefault(row["key"], TaskStats(seconds)).add(row)
    for event in events:
        if (key := key_of(event, scope)) is not None:
            found.setdefault(key, TaskStats(seconds)).add_event(event)
    return found
