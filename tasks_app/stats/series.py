"""Time series: the runs that ended in each period of a range, the backlog, and the use of slots."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from tasks_app.sql.db import fetch
from tasks_app.stats.periods import RETENTION, length_for, start_of_period, starts
from tasks_app.stats.reading import CONDITIONS, KEYS, Scope, key_of, read
from tasks_app.stats.totals import TaskStats

RANGE_MAX = max(RETENTION.values())
# Series by queue or node have at most this many groups. One more is the sum of all others.
GROUPS_MAX = 10


@dataclass(frozen=True)
class Gauges:
    """Means of the samples in a period.

    Attributes:
        pending: Pending tasks; 0 for a node.
        busy_slots: Slots in use; 0 for a queue.
        slots: Slots of online nodes; 0 for a queue.
    """

    pending: float
    busy_slots: float
    slots: float


@dataclass(frozen=True)
class Group:
    """The series of the cluster, a queue or a node, with an element for each period.

    Attributes:
        key: The name of the queue or the UUID of the node; None for the cluster, and for the sum of
            all groups that are not shown.
        ended: The runs that ended in each period.
        gauges: None for each period without a sample.
    """

    key: str | None
    ended: list[TaskStats]
    gauges: list[Gauges | None]


@dataclass(frozen=True)
class TimeSeries:
    """The series of a range in periods of equal length, of which the last may not be over."""

    seconds: int
    starts: list[datetime]
    groups: list[Group]


def time_series(
    since: datetime, until: datetime, scope: Scope = Scope.CLUSTER, key: str | None = None
) -> TimeSeries:
    """Return the series of a range.

    Args:
        since: The start of the range, which is less than `RANGE_MAX` long.
        until: The end of the range.
        scope: Whether there is one group, or one for each queue or node.
        key: Return only the group of this queue or node.
    """
    now = timezone.now()
    until = min(until, now)
    seconds = length_for(since, until, now)
    reader = _Reader(seconds, starts(since, until, seconds), until)
    if scope == Scope.CLUSTER:
        groups = [reader.cluster()]
    elif key is not None:
        groups = reader.groups(scope, [key])
    else:
        groups = reader.largest(scope)
    return TimeSeries(seconds, reader.starts, groups)


# Returns the keys of a range, those with the most ended runs first, then those with most to do.
_LARGEST = """
    SELECT key FROM (
        SELECT {key} AS key, succeeded + failed + cancelled AS ended, 0 AS load
          FROM tasks_app_statsperiod WHERE {condition}
           AND seconds = %(seconds)s AND at >= %(since)s AND at < %(until)s
         UNION ALL
        SELECT {key}, 0, pending + slots
          FROM tasks_app_gaugeperiod WHERE {condition}
           AND seconds = %(seconds)s AND at >= %(since)s AND at < %(until)s
    ) AS period
     GROUP BY key ORDER BY sum(ended) DESC, sum(load) DESC, key
"""
_GAUGES = """
    SELECT {key}, at, pending / samples::float, busy_slots / samples::float, slots / samples::float
      FROM tasks_app_gaugeperiod
     WHERE seconds = %(seconds)s AND at >= %(since)s AND at < %(until)s AND {condition}
       AND {key} = ANY(%(keys)s::text[])
"""


class _Reader:
    """Reads groups of series.

    Args:
        seconds: The length of the periods.
        starts: Their starts.
        until: The end of the last one.
    """

    def __init__(self, seconds: int, starts: list[datetime], until: datetime) -> None:
        self.starts = starts
        self._seconds = seconds
        self._until = until
        self._params = {"seconds": seconds, "since": starts[0], "until": until}
        self._index = {at: index for index, at in enumerate(starts)}

    def cluster(self) -> Group:
        [group] = self.groups(Scope.CLUSTER, [""])
        return Group(None, group.ended, group.gauges)

    def largest(self, scope: Scope) -> list[Group]:
        """Return the largest groups, and the sum of all others if there are more."""
        sql = _LARGEST.format(key=KEYS[scope], condition=CONDITIONS[scope])
        keys = [key for (key,) in fetch(sql, self._params)]
        shown = self.groups(scope, keys[:GROUPS_MAX])
        return [*shown, self._others(shown)] if len(keys) > GROUPS_MAX else shown

    def groups(self, scope: Scope, keys: Sequence[str]) -> list[Group]:
        found: dict[str | None, Group] = {
            key: Group(key, list(self._empty()), [None] * len(self.starts)) for key in keys
        }
        periods, events = read(self._seconds, self.starts[0], scope, self._until, keys)
        for row in periods:
            at = datetime.fromisoformat(row["at"])
            found[row["key"]].ended[self._index[at]].add(row)
        for event in events:
            if group := found.get(key_of(event, scope)):
                group.ended[self._index[start_of_period(event.at, self._seconds)]].add_event(event)
        sql = _GAUGES.format(key=KEYS[scope], condition=CONDITIONS[scope])
        for key, at, *means in fetch(sql, self._params | {"keys": list(keys)}):
            found[key].gauges[self._index[at]] = Gauges(*means)
        return list(found.values())

    def _empty(self) -> Iterator[TaskStats]:
        for at in self.starts:
            elapsed = (self._until - at).total_seconds()
            yield TaskStats(min(self._seconds, max(1.0, elapsed)))

    def _others(self, shown: Sequence[Group]) -> Group:
        rest = self.cluster()
        for group in shown:
            for all_ended, ended in zip(rest.ended, group.ended, strict=True):
                all_ended.subtract(ended)
        gauges = [
            sums and _minus(sums, [group.gauges[index] for group in shown])
            for index, sums in enumerate(rest.gauges)
        ]
        return Group(None, rest.ended, gauges)


def _minus(sums: Gauges, parts: Sequence[Gauges | None]) -> Gauges:
    known = [part for part in parts if part]
    return Gauges(
        sums.pending - sum(part.pending for part in known),
        sums.busy_slots - sum(part.busy_slots for part in known),
        sums.slots - sum(part.slots for part in known),
    )
