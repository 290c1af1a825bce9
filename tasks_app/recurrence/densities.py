"""How many scheduled times of many schedules come in each slot of time, within a budget. Pure.

The times of an interval are a progression, which is counted by arithmetic. Those of a cron
expression are computed one by one, once for all schedules with the same ones.
"""

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import accumulate
from types import MappingProxyType
from typing import NamedTuple

from tasks_app.recurrence.calendars import ExcludedTimes, Exclusions, Span
from tasks_app.recurrence.cron import Cron
from tasks_app.recurrence.kinds import INSTANT, Interval, Recurrence

# How many times of cron expressions are computed. A time takes 15 to 50 µs.
CRON_TIMES_MAX = 12_000
# How many times of intervals longer than a minute are assigned to minutes. A time takes 60 ns.
INTERVAL_TIMES_MAX = 1_000_000
# Into how many parts calendars divide the times of all schedules. A part takes 5 µs.
PARTS_MAX = 20_000

_MINUTE = 60


class Window(NamedTuple):
    """Consecutive slots of time, a week or less. A slot is a whole number of minutes."""

    start: datetime
    slot: timedelta
    slots: int

    @property
    def end(self) -> datetime:
        """The end of the last slot, excluded."""
        return self.start + self.slots * self.slot


class Planned(NamedTuple):
    """The scheduled times of a schedule from the first one on, within its limits.

    Attributes:
        recurrence: The scheduled times, without limits and calendars.
        first: The first scheduled time that counts, or a time shortly before it.
        ends_at: No time after this counts. None if there is no such limit.
        runs_left: The maximum number of times. None if it is unlimited.
        calendars: The names of the calendars whose times do not count.
    """

    recurrence: Recurrence
    first: datetime
    ends_at: datetime | None = None
    runs_left: int | None = None
    calendars: tuple[str, ...] = ()


@dataclass(frozen=True)
class SlotDensity:
    """What is scheduled in one slot.

    Attributes:
        starts_at: The start of the slot.
        count: The number of scheduled times.
        busiest_minute: The first minute in which most schedules are due. None if none is due.
        collisions: The number of schedules that are due in it.
        excluded_by: The names of the calendars that exclude the whole slot.
    """

    starts_at: datetime
    count: int
    busiest_minute: datetime | None
    collisions: int
    excluded_by: list[str]


@dataclass(frozen=True)
class Density:
    """What is scheduled in each slot, and whether times were left out because of the budget."""

    slots: list[SlotDensity]
    is_complete: bool


def density(
    schedules: Iterable[Planned],
    window: Window,
    calendars: Mapping[str, ExcludedTimes] = MappingProxyType({}),
) -> Density:
    """Count the scheduled times in each slot, and the schedules that are due in each minute.

    If there are more times than are computed, those of the most frequent cron expressions are left
    out.
    """
    counter = _Counter(window, calendars)
    groups = Counter(schedules)
    for planned in sorted(groups, key=_frequency):
        counter.expand(planned, groups[planned])
    return counter.result()


def _frequency(planned: Planned) -> float:
    """Return what sorts intervals before cron expressions, and these by their frequency."""
    if not isinstance(planned.recurrence, Cron):
        return -math.inf
    return -planned.recurrence.shortest_step.total_seconds()


class _Progression(NamedTuple):
    """The times ``first + k * step`` for k < size, in seconds from the window's start."""

    first: int
    step: int
    size: int

    @property
    def last(self) -> int:
        return self.first + (self.size - 1) * self.step

    def count_before(self, second: int) -> int:
        """Return the number of times before a second."""
        return min(self.size, max(0, -((self.first - second) // self.step)))


class _Counter:
    """The counts of one window. Calendars are read once for all schedules that have the same."""

    def __init__(self, window: Window, calendars: Mapping[str, ExcludedTimes]) -> None:
        self._window = window
        self._calendars = calendars
        self._slot = int(window.slot.total_seconds())
        self._counts = [0] * window.slots
        self._minutes = [0] * (window.slots * self._slot // _MINUTE)
        # By how much the number of schedules with a time in every minute changes at a minute.
        self._changes = [0] * (len(self._minutes) + 1)
        self._cron_budget = CRON_TIMES_MAX
        self._interval_budget = INTERVAL_TIMES_MAX
        self._parts_budget = PARTS_MAX
        self._is_complete = True
        self._included: dict[tuple[str, ...], list[Span]] = {}

    def expand(self, planned: Planned, number: int) -> None:
        """Count the times of a schedule, as often as there are schedules with the same times."""
        for progression in self._limited(planned):
            self._count(progression, number)
            self._count_minutes(progression, number)

    def result(self) -> Density:
        every_minute = accumulate(self._changes)
        minutes = [a + b for a, b in zip(self._minutes, every_minute, strict=False)]
        per_slot = self._slot // _MINUTE
        included = {name: self._included_slots(name) for name in sorted(self._calendars)}
        slots = [
            self._slot_density(
                index,
                minutes[index * per_slot : (index + 1) * per_slot],
                [name for name, indexes in included.items() if index not in indexes],
            )
            for index in range(self._window.slots)
        ]
        return Density(slots, self._is_complete)

    def _slot_density(self, index: int, minutes: list[int], excluded_by: list[str]) -> SlotDensity:
        starts_at = self._window.start + index * self._window.slot
        most = max(minutes)
        busiest = starts_at + timedelta(minutes=minutes.index(most)) if most else None
        return SlotDensity(starts_at, self._counts[index], busiest, most, excluded_by)

    def _included_slots(self, name: str) -> set[int]:
        """Return the indexes of the slots that a calendar does not exclude as a whole."""
        indexes: set[int] = set()
        for part in self._parts((name,)):
            first, last = self._seconds(part.start), self._seconds(part.end - INSTANT)
            indexes.update(range(first // self._slot, last // self._slot + 1))
        return indexes

    def _limited(self, planned: Planned) -> Iterator[_Progression]:
        """Yield the times, at most as many as there are runs left."""
        left = planned.runs_left
        for progression in self._progressions(planned):
            if left is not None:
                if left == 0:
                    return
                progression = progression._replace(size=min(progression.size, left))
                left -= progression.size
            yield progression

    def _progressions(self, planned: Planned) -> Iterator[_Progression]:
        last = self._window.end - INSTANT
        if planned.ends_at is not None:
            last = min(last, planned.ends_at)
        begin = max(planned.first, self._window.start)
        for part in self._parts(planned.calendars):
            span = Span(max(begin, part.start), min(last, part.end - INSTANT))
            if span.start > span.end:
                continue
            if self._parts_budget == 0:
                self._is_complete = False
                return
            self._parts_budget -= 1
            if isinstance(planned.recurrence, Cron):
                yield from self._cron_times(planned.recurrence, span)
            elif times := self._arithmetic(planned.recurrence, span):
                yield times

    def _cron_times(self, cron: Cron, span: Span) -> Iterator[_Progression]:
        """Yield the times of a cron expression in a span with both ends."""
        for time in cron.after(span.start - INSTANT):
            if time > span.end:
                return
            if self._cron_budget == 0:
                self._is_complete = False
                return
            self._cron_budget -= 1
            yield _Progression(self._seconds(time), 1, 1)

    def _arithmetic(self, recurrence: Recurrence, span: Span) -> _Progression | None:
        """Return the times of an interval, or the one time, in a span with both ends."""
        first = recurrence.first_after(span.start - INSTANT)
        if first is None or first > span.end:
            return None
        if not isinstance(recurrence, Interval):
            return _Progression(self._seconds(first), 1, 1)
        size = (span.end - first) // recurrence.step + 1
        return _Progression(self._seconds(first), recurrence.seconds, size)

    def _parts(self, names: tuple[str, ...]) -> list[Span]:
        """Return the parts of the window that no calendar excludes."""
        if names not in self._included:
            exclusions = Exclusions([self._calendars[name] for name in names])
            parts = exclusions.included_in_week(self._window.start, self._window.end)
            self._included[names] = list(parts)
        return self._included[names]

    def _seconds(self, time: datetime) -> int:
        return int((time - self._window.start).total_seconds())

    def _count(self, times: _Progression, number: int) -> None:
        before = 0
        for slot in range(times.first // self._slot, times.last // self._slot + 1):
            until = times.count_before((slot + 1) * self._slot)
            self._counts[slot] += number * (until - before)
            before = until

    def _count_minutes(self, times: _Progression, number: int) -> None:
        if times.step <= _MINUTE:
            self._changes[times.first // _MINUTE] += number
            self._changes[times.last // _MINUTE + 1] -= number
            return
        if times.size > self._interval_budget:
            self._is_complete = False
            return
        self._interval_budget -= times.size
        for second in range(times.first, times.last + 1, times.step):
            self._minutes[second // _MINUTE] += number
