"""The kinds of recurrences: at intervals, by a cron expression, or once. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count, islice, takewhile
from typing import Protocol

from tasks_app.recurrence.cron import NotedTick

# No schedule begins earlier, or ticks later: datetimes end soon after.
EARLIEST = datetime(1000, 1, 1, tzinfo=UTC)
LATEST = datetime(9000, 1, 1, tzinfo=UTC)
INSTANT = timedelta(microseconds=1)

_UNITS = ((86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second"))


class Recurrence(Protocol):
    """The scheduled times of a schedule, without its limits."""

    def first_after(self, time: datetime) -> datetime | None:
        """Return the first scheduled time later than this, or None if there is none."""

    def last_until(self, time: datetime) -> datetime | None:
        """Return the last scheduled time at this time or before, or None if there is none."""

    def count(self, first: datetime, last: datetime) -> int:
        """Return the number of scheduled times from one to the other, both included."""

    def after(self, time: datetime) -> Iterator[datetime]:
        """Yield the scheduled times later than this."""

    def noted(self, time: datetime) -> Iterator[NotedTick]:
        """Yield the scheduled times later than this, with notes on clock changes."""

    def describe(self) -> str:
        """Return the rule in words."""

    @property
    def shortest_step(self) -> timedelta | None:
        """The shortest time from one scheduled time to the next; None if there is only one."""


@dataclass(frozen=True, slots=True)
class Interval:
    """The times ``starts_at + k * seconds`` for k = 0, 1, 2 and so on."""

    starts_at: datetime
    seconds: int

    @property
    def step(self) -> timedelta:
        """The time from one scheduled time to the next."""
        return timedelta(seconds=self.seconds)

    @property
    def shortest_step(self) -> timedelta:
        """The same: every step is alike."""
        return self.step

    def first_after(self, time: datetime) -> datetime:
        """Return the first scheduled time later than this."""
        return self.starts_at + max(0, (time - self.starts_at) // self.step + 1) * self.step

    def last_until(self, time: datetime) -> datetime | None:
        """Return the last scheduled time at this time or before, or None if there is none."""
        if time < self.starts_at:
            return None
        return self.starts_at + (time - self.starts_at) // self.step * self.step

    def count(self, first: datetime, last: datetime) -> int:
        """Return the number of scheduled times from one to the other, both included."""
        return (last - first) // self.step + 1

    def after(self, time: datetime) -> Iterator[datetime]:
        """Yield the scheduled times later than this."""
        first = self.first_after(time)
        return (first + k * self.step for k in count())

    def noted(self, time: datetime) -> Iterator[NotedTick]:
        """Yield the scheduled times later than this. Clock changes do not affect them."""
        return map(NotedTick, self.after(time))

    def describe(self) -> str:
        """Return the rule in words, such as "Every 5 minutes"."""
        size, unit = next(unit for unit in _UNITS if self.seconds % unit[0] == 0)
        number = self.seconds // size
        return f"Every {unit}" if number == 1 else f"Every {number:,} {unit}s"


@dataclass(frozen=True, slots=True)
class Once:
    """One time."""

    at: datetime

    @property
    def shortest_step(self) -> None:
        """None: there is no next scheduled time."""

    def first_after(self, time: datetime) -> datetime | None:
        """Return the time if it is later than this."""
        return self.at if self.at > time else None

    def last_until(self, time: datetime) -> datetime | None:
        """Return the time if it is not later than this."""
        return self.at if self.at <= time else None

    def count(self, first: datetime, last: datetime) -> int:
        """Return 1 if the time is between these, both included."""
        return int(first <= self.at <= last)

    def after(self, time: datetime) -> Iterator[datetime]:
        """Yield the time if it is later than this."""
        return iter([self.at] if self.at > time else [])

    def noted(self, time: datetime) -> Iterator[NotedTick]:
        """Yield the time if it is later than this."""
        return map(NotedTick, self.after(time))

    def describe(self) -> str:
        """Return the rule in words, such as "Once, at 2027-01-31 09:00:00 UTC"."""
        return f"Once, at {self.at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def upcoming(
    recurrence: Recurrence,
    first: datetime | None,
    count: int,
    *,
    ends_at: datetime | None,
    runs_left: int | None,
) -> list[datetime]:
    """Return this scheduled time and those that follow, as far as the limits let them fire."""
    if first is None:
        return []
    if runs_left is not None:
        count = min(count, runs_left)
    end = min(ends_at or LATEST, LATEST)
    following = recurrence.after(first - INSTANT)
    return list(islice(takewhile(lambda tick: tick <= end, following), count))


def preview(
    recurrence: Recurrence,
    after: datetime,
    count: int,
    *,
    ends_at: datetime | None,
    max_runs: int | None,
) -> list[NotedTick]:
    """Return the scheduled times later than a time with notes, also those that start no run."""
    end = min(ends_at or LATEST, LATEST)
    ticks: list[NotedTick] = []
    runs = 0
    for tick in recurrence.noted(after):
        if tick.at > end or len(ticks) == count or runs == max_runs:
            break
        ticks.append(tick)
        runs += tick.starts_run
    return ticks
