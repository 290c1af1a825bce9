"""A recurrence without the times that calendars exclude. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from tasks_app.recurrence.calendars import Exclusions, Span
from tasks_app.recurrence.cron import NotedTick, TickNote
from tasks_app.recurrence.kinds import INSTANT, Recurrence

# How long scheduled times may be excluded without a break. After that there are none.
HORIZON = timedelta(days=10 * 366)


@dataclass(frozen=True)
class Excluding:
    """The scheduled times of a recurrence that no calendar excludes."""

    recurrence: Recurrence
    exclusions: Exclusions

    @property
    def shortest_step(self) -> timedelta | None:
        """The shortest time from one scheduled time to the next; None if there is only one."""
        return self.recurrence.shortest_step

    def first_after(self, time: datetime) -> datetime | None:
        """Return the first scheduled time later than this, or None if there is none.

        A recurrence whose times are all excluded for ten years has none.
        """
        tick = first = self.recurrence.first_after(time)
        while tick is not None and first is not None and tick - first < HORIZON:
            span = self.exclusions.around(tick)
            if span is None:
                return tick
            tick = self.recurrence.first_after(span.end - INSTANT)
        return None

    def last_until(self, time: datetime) -> datetime | None:
        """Return the last scheduled time at this time or before, or None if there is none."""
        tick = last = self.recurrence.last_until(time)
        while tick is not None and last is not None and last - tick < HORIZON:
            span = self.exclusions.around(tick)
            if span is None:
                return tick
            tick = self.recurrence.last_until(span.start - INSTANT)
        return None

    def count(self, first: datetime, last: datetime) -> int:
        """Return the number of scheduled times from one to the other, both included."""
        return sum(self._count_in(part) for part in self._parts(first, last + INSTANT))

    def after(self, time: datetime) -> Iterator[datetime]:
        """Yield the scheduled times later than this."""
        while (tick := self.first_after(time)) is not None:
            yield tick
            time = tick

    def noted(self, time: datetime) -> Iterator[NotedTick]:
        """Yield the scheduled times later than this, with notes on clock changes.

        Of the times that a calendar excludes, the first one of each span has the note EXCLUDED; the
        others are left out.
        """
        horizon = time + HORIZON
        ticks = self.recurrence.noted(time)
        while (tick := next(ticks, None)) is not None:
            span = self.exclusions.around(tick.at)
            if span is None:
                yield tick
                horizon = tick.at + HORIZON
                continue
            yield NotedTick(tick.at, TickNote.EXCLUDED)
            if span.end > horizon:
                return
            ticks = self.recurrence.noted(span.end - INSTANT)

    def describe(self) -> str:
        """Return the rule in words, without the calendars."""
        return self.recurrence.describe()

    def _parts(self, start: datetime, end: datetime) -> Iterator[Span]:
        """Yield the parts of a span that are not excluded."""
        while start < end:
            if excluded := self.exclusions.around(start):
                start = excluded.end
            else:
                until = min(end, self.exclusions.next_start(start) or end)
                yield Span(start, until)
                start = until

    def _count_in(self, part: Span) -> int:
        first = self.recurrence.first_after(part.start - INSTANT)
        last = self.recurrence.last_until(part.end - INSTANT)
        return self.recurrence.count(first, last) if first and last and first <= last else 0
