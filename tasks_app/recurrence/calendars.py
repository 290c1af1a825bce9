"""Calendars of times in which schedules start no runs. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import chain
from typing import Any, NamedTuple

from django.db.models import TextChoices

from tasks_app.recurrence.zones import zone

_DAY = timedelta(days=1)
_WEEK_DAYS = 7
_YEAR_DAYS = 366


class Weekday(TextChoices):
    """A day of the week. The order is that of `datetime.weekday`."""

    MONDAY = "MONDAY"
    TUESDAY = "TUESDAY"
    WEDNESDAY = "WEDNESDAY"
    THURSDAY = "THURSDAY"
    FRIDAY = "FRIDAY"
    SATURDAY = "SATURDAY"
    SUNDAY = "SUNDAY"


class Span(NamedTuple):
    """The times from a start, included, to an end, excluded."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class WeeklyHours:
    """The same hours on some days of each week.

    If `until` is not later than `begins`, the hours end on the next day: 18:00 to 08:00 is a night,
    00:00 to 00:00 a whole day.
    """

    days: tuple[str, ...]
    begins: time
    until: time

    def on(self, day: date, zone_name: str) -> Span | None:
        """Return the hours that begin on a day, or None if it is none of these days."""
        if Weekday.values[day.weekday()] not in self.days:
            return None
        last = day if self.until > self.begins else day + _DAY
        return Span(_utc(day, self.begins, zone_name), _utc(last, self.until, zone_name))


@dataclass(frozen=True, slots=True)
class Dates:
    """The days from one to another, both included."""

    first: date
    last: date

    def span(self, zone_name: str) -> Span:
        """Return the time from the start of the first day to the end of the last one."""
        return Span(_utc(self.first, time(), zone_name), _utc(self.last + _DAY, time(), zone_name))


@dataclass(frozen=True, slots=True)
class ExcludedTimes:
    """The times that a calendar excludes, on the clock of its time zone."""

    time_zone: str
    weekly: tuple[WeeklyHours, ...] = ()
    dates: tuple[Dates, ...] = ()

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> "ExcludedTimes":
        """Return the times of a calendar as the database stores it."""
        return cls(
            row["time_zone"],
            tuple(
                WeeklyHours(
                    tuple(each["days"]),
                    time.fromisoformat(each["from"]),
                    time.fromisoformat(each["until"]),
                )
                for each in row["weekly"]
            ),
            tuple(
                Dates(date.fromisoformat(each["from"]), date.fromisoformat(each["until"]))
                for each in row["dates"]
            ),
        )

    def to_json(self) -> dict[str, Any]:
        """Return the columns of a calendar, as `from_json` reads them."""
        return {
            "time_zone": self.time_zone,
            "weekly": [
                {
                    "days": list(each.days),
                    "from": f"{each.begins:%H:%M}",
                    "until": f"{each.until:%H:%M}",
                }
                for each in self.weekly
            ],
            "dates": [
                {"from": each.first.isoformat(), "until": each.last.isoformat()}
                for each in self.dates
            ],
        }

    def near(self, moment: datetime, days: int = _WEEK_DAYS) -> Iterator[Span]:
        """Yield the spans that contain a time or begin in the days after it, and all dates."""
        yield from (dates.span(self.time_zone) for dates in self.dates)
        today = moment.astimezone(zone(self.time_zone)).date()
        for offset in range(-2, days + 2) if self.weekly else ():
            for hours in self.weekly:
                if span := hours.on(today + offset * _DAY, self.time_zone):
                    yield span


@dataclass(frozen=True, slots=True)
class Exclusions:
    """The times that any of several calendars excludes."""

    calendars: Sequence[ExcludedTimes]

    def around(self, moment: datetime) -> Span | None:
        """Return a span that contains a time, or None if the time is not excluded."""
        spans = [span for span in self._near(moment) if span.start <= moment < span.end]
        if not spans:
            return None
        return Span(min(span.start for span in spans), max(span.end for span in spans))

    def next_start(self, moment: datetime) -> datetime | None:
        """Return the start of the first span later than a time; None if there is none."""
        return min((s.start for s in self._near(moment) if s.start > moment), default=None)

    def in_year(self, moment: datetime) -> Iterator[Span]:
        """Yield the excluded times of the year after a time, in order; those that touch are one.

        What is excluded beyond the year is left out: a span that reaches beyond it ends with it.
        """
        end = moment + _YEAR_DAYS * _DAY
        excluded = chain.from_iterable(each.near(moment, _YEAR_DAYS) for each in self.calendars)
        joined: Span | None = None
        for span in sorted(span for span in excluded if span.end > moment and span.start < end):
            if joined and span.start > joined.end:
                yield joined
                joined = None
            start, until = joined or span
            joined = Span(start, min(max(until, span.end), end))
        if joined:
            yield joined

    def included_in_week(self, start: datetime, end: datetime) -> Iterator[Span]:
        """Yield the parts of a span that are not excluded. The span is a week or less."""
        for excluded in sorted(self._near(start)):
            if start < min(excluded.start, end):
                yield Span(start, min(excluded.start, end))
            start = max(start, excluded.end)
        if start < end:
            yield Span(start, end)

    def _near(self, moment: datetime) -> Iterator[Span]:
        return chain.from_iterable(calendar.near(moment) for calendar in self.calendars)


def _utc(day: date, clock: time, zone_name: str) -> datetime:
    return datetime.combine(day, clock, zone(zone_name)).astimezone(UTC)
