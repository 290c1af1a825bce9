"""Cron expressions with time zones, with the rules of Debian's cron where clocks change. Pure.

`cronsim` evaluates an expression on a wall clock without zones. This module maps that clock to
UTC, one stretch with a constant offset at a time, so that the policies for clock changes are here.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from typing import NamedTuple

from cronsim import CronSim
from django.db.models import TextChoices

from tasks_app.recurrence.expressions import fields_of, words_of
from tasks_app.recurrence.zones import Stretch, stretches, zone

_SECOND = timedelta(seconds=1)
_DAY = timedelta(days=1)
_INSTANT = timedelta(microseconds=1)
# Datetimes end soon after.
_LAST_YEAR = 9001


class OnGap(TextChoices):
    """What happens to a scheduled time that a clock change leaves out."""

    RUN_AFTER = "RUN_AFTER", "Run once, right after the gap"
    SKIP = "SKIP", "Skip it"


class OnFold(TextChoices):
    """What happens to a scheduled time that comes twice because the clock is set back."""

    FIRST = "FIRST", "Run the first time"
    BOTH = "BOTH", "Run both times"


class TickNote(TextChoices):
    """How a clock change or a calendar affects a scheduled time."""

    GAP_SHIFTED = "GAP_SHIFTED", "The local time does not exist; moved to the end of the gap"
    GAP_SKIPPED = "GAP_SKIPPED", "The local time does not exist; skipped"
    FOLD_FIRST = "FOLD_FIRST", "The local time comes twice; the first time"
    FOLD_SECOND = "FOLD_SECOND", "The local time comes twice; the second time"
    EXCLUDED = "EXCLUDED", "A calendar excludes it"


class NotedTick(NamedTuple):
    """A scheduled time in UTC, with its note. GAP_SKIPPED and EXCLUDED start no run."""

    at: datetime
    note: TickNote | None = None

    @property
    def starts_run(self) -> bool:
        """Whether the schedule starts a run at this time."""
        return self.note not in (TickNote.GAP_SKIPPED, TickNote.EXCLUDED)


@dataclass(frozen=True)
class Cron:
    """The times that match an expression on the clock of a time zone, from a start on.

    The expression must have come through `parse`. If its minute or hour begins with `*`, it
    follows elapsed time through clock changes, and the policies do not apply.
    """

    expression: str
    time_zone: str
    starts_at: datetime
    on_gap: str = OnGap.RUN_AFTER
    on_fold: str = OnFold.FIRST

    def first_after(self, time: datetime) -> datetime | None:
        """Return the first scheduled time later than this, or None if there is none."""
        return next(self.after(time), None)

    def after(self, time: datetime) -> Iterator[datetime]:
        """Yield the scheduled times later than this."""
        return (tick.at for tick in self.noted(time) if tick.starts_run)

    def noted(self, time: datetime) -> Iterator[NotedTick]:
        """Yield the scheduled times later than this with notes, also those that a gap skips."""
        floor = max(time, self.starts_at - _INSTANT)
        for stretch in stretches(self.time_zone, floor):
            if stretch.begin.year >= _LAST_YEAR:
                return
            if self._is_in_gap(stretch, floor):
                yield NotedTick(stretch.begin, self._gap_note)
                floor = self._floor_after_gap(stretch)
            for wall in _walls(self.expression, self._wall_floor(stretch, floor)):
                if wall >= _wall(stretch.end, stretch.offset):
                    break
                yield self._noted(wall, stretch)
            floor = stretch.end - _INSTANT

    def last_until(self, time: datetime) -> datetime | None:
        """Return the last scheduled time at this time or before, or None if there is none."""
        window = timedelta(hours=1)
        while (found := self.first_after(time - window)) is None or found > time:
            if time - window < self.starts_at:
                return None
            window = min(window * 2, time - self.starts_at + _SECOND)
        return self._last_between(found, time)

    def count(self, first: datetime, last: datetime) -> int:
        """Return the number of scheduled times from one to the other, both included."""
        floor, total = max(first, self.starts_at) - _INSTANT, 0
        for stretch in stretches(self.time_zone, floor):
            if stretch.begin > last:
                break
            if self._is_in_gap(stretch, floor):
                total += self.on_gap == OnGap.RUN_AFTER
                floor = self._floor_after_gap(stretch)
            until = min(last, stretch.end - _INSTANT)
            total += self._wall_count(
                self._wall_floor(stretch, floor), _wall(until, stretch.offset)
            )
            floor = until
            if until == last:
                break
        return total

    def describe(self) -> str:
        """Return the rule in words, such as "At 09:00 every day, Europe/Berlin"."""
        return f"{words_of(self.expression)}, {self.time_zone}"

    @property
    def shortest_step(self) -> timedelta:
        """The shortest time from one scheduled time to the next, apart from clock changes."""
        fields = self._fields
        minutes = sorted(60 * hour + minute for hour in fields.hours for minute in fields.minutes)
        following = [*minutes[1:], minutes[0] + 24 * 60]
        return timedelta(minutes=min(b - a for a, b in zip(minutes, following, strict=True)))

    @cached_property
    def _fields(self) -> CronSim:
        return fields_of(self.expression)

    @cached_property
    def _follows_elapsed_time(self) -> bool:
        minute, hour, *_ = self.expression.split()
        return minute.startswith("*") or hour.startswith("*")

    @property
    def _gap_note(self) -> TickNote:
        is_skipped = self.on_gap == OnGap.SKIP
        return TickNote.GAP_SKIPPED if is_skipped else TickNote.GAP_SHIFTED

    def _is_in_gap(self, stretch: Stretch, floor: datetime) -> bool:
        """Return whether the gap before a stretch leaves out a scheduled time."""
        change = stretch.change
        if change is None or change.at <= floor or self._follows_elapsed_time:
            return False
        begin, end = _wall(change.at, change.before), _wall(change.at, change.after)
        first = next(_walls(self.expression, begin - _SECOND), end)
        return begin <= first < end

    def _floor_after_gap(self, stretch: Stretch) -> datetime:
        """Return the time after which ticks of a stretch follow: a shifted tick is one of them."""
        if self.on_gap == OnGap.RUN_AFTER:
            return stretch.begin
        return stretch.begin - _INSTANT

    def _wall_floor(self, stretch: Stretch, floor: datetime) -> datetime:
        """Return the local time after which the ticks of a stretch begin."""
        begin = _wall(stretch.begin, stretch.offset)
        change = stretch.change
        if (
            change
            and change.after < change.before
            and not self._follows_elapsed_time
            and self.on_fold == OnFold.FIRST
        ):
            # The local times until that of the change come a second time.
            begin = _wall(change.at, change.before)
        return max(begin - _INSTANT, _wall(floor, stretch.offset))

    def _noted(self, wall: datetime, stretch: Stretch) -> NotedTick:
        at = (wall - stretch.offset).replace(tzinfo=UTC)
        local = at.astimezone(zone(self.time_zone))
        if local.replace(fold=0).utcoffset() == local.replace(fold=1).utcoffset():
            return NotedTick(at)
        return NotedTick(at, TickNote.FOLD_SECOND if local.fold else TickNote.FOLD_FIRST)

    def _last_between(self, found: datetime, time: datetime) -> datetime:
        """Return the last scheduled time until a time, given one of them, by bisection."""
        low, high = found, time
        while high - low > timedelta(minutes=1):
            middle = low + (high - low) / 2
            later = self.first_after(middle)
            if later is not None and later <= time:
                found = low = later
            else:
                high = middle
        for later in self.after(found):
            if later > time:
                break
            found = later
        return found

    def _wall_count(self, floor: datetime, until: datetime) -> int:
        """Return how many local times match, later than one and not later than the other."""
        first_day, last_day = floor.date() + _DAY, until.date()
        if last_day <= first_day:
            return _count_single(self.expression, floor, until)
        morning = datetime.combine(first_day, datetime.min.time()) - _SECOND
        evening = datetime.combine(last_day, datetime.min.time()) - _SECOND
        days = sum(map(self._matches, _days(first_day, last_day)))
        return (
            _count_single(self.expression, floor, morning)
            + days * len(self._fields.hours) * len(self._fields.minutes)
            + _count_single(self.expression, evening, until)
        )

    def _matches(self, day: date) -> bool:
        return day.month in self._fields.months and self._fields.match_day(day)


def _walls(expression: str, floor: datetime) -> Iterator[datetime]:
    """Yield the local times later than this that match."""
    return CronSim(expression, floor)


def _wall(time: datetime, offset: timedelta) -> datetime:
    return time.astimezone(UTC).replace(tzinfo=None) + offset


def _count_single(expression: str, floor: datetime, until: datetime) -> int:
    total = 0
    for wall in _walls(expression, floor):
        if wall > until:
            break
        total += 1
    return total


def _days(first: date, end: date) -> Iterator[date]:
    while first < end:
        yield first
        first += _DAY
