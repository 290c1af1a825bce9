"""Cron expressions, compared with cronsim and with a model that looks at each minute."""

from datetime import UTC, datetime, timedelta
from itertools import islice, takewhile

import pytest
from cronsim import CronSim
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks_app.recurrence import Cron, InvalidCronError, parse
from tasks_app.recurrence.zones import zone

MINUTE = timedelta(minutes=1)
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


def cron(expression, time_zone, starts_at=LONG_AGO, **policies):
    return Cron(parse(expression), time_zone, starts_at, **policies)


def fields(low, high):
    number = st.integers(low, high)
    ranges = st.tuples(number, number).map(lambda pair: f"{min(pair)}-{max(pair)}")
    lists = st.lists(number, min_size=1, max_size=3).map(lambda some: ",".join(map(str, some)))
    steps = st.tuples(st.one_of(st.just("*"), ranges), st.integers(1, 20)).map(
        lambda pair: f"{pair[0]}/{pair[1]}"
    )
    return st.one_of(st.just("*"), number.map(str), ranges, lists, steps)


def is_possible(expression):
    try:
        parse(expression)
    except InvalidCronError:
        return False
    return True


days = st.one_of(st.just("*"), fields(1, 31), st.sampled_from(["L", "LW"]))
weekdays = st.one_of(st.just("*"), fields(0, 7), st.sampled_from(["5L", "1#2", "3#5"]))
expressions = (
    st.tuples(fields(0, 59), fields(0, 23), days, st.just("*") | fields(1, 12), weekdays)
    .map(" ".join)
    .filter(is_possible)
)
# With changes of half an hour, two hours and a whole day, also at midnight.
zones = st.sampled_from(
    [
        *("UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/Havana"),
        *("Antarctica/Troll", "Africa/Casablanca", "Africa/Cairo", "America/St_Johns"),
        *("America/Santiago", "Asia/Beirut", "Pacific/Apia"),
    ]
)
times = st.floats(1.1e9, 2.1e9).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))
policies = st.fixed_dictionaries(
    {
        "on_gap": st.sampled_from(["RUN_AFTER", "SKIP"]),
        "on_fold": st.sampled_from(["FIRST", "BOTH"]),
    }
)


class Model:
    """The ticks of a window, found by a look at the local clock of each minute."""

    def __init__(self, recurrence):
        self.recurrence = recurrence
        self.zone = zone(recurrence.time_zone)
        minute, hour, *_ = recurrence.expression.split()
        self.is_elapsed = minute.startswith("*") or hour.startswith("*")
        self.fields = CronSim(recurrence.expression, datetime(2000, 1, 1))  # noqa: DTZ001

    def matches(self, wall):
        fields = self.fields
        return (
            wall.minute in fields.minutes
            and wall.hour in fields.hours
            and wall.month in fields.months
            and fields.match_day(wall)
        )

    def ticks(self, first, last):
        """Return the ticks from one full minute to another, both included."""
        found = []
        minute = first - timedelta(days=1)
        before = self.wall(minute - MINUTE)
        latest = before
        while minute <= last:
            wall = self.wall(minute)
            if self.is_tick(wall, before, latest):
                found.append(minute)
            before, latest = wall, max(latest, wall)
            minute += MINUTE
        return [tick for tick in found if tick >= first]

    def wall(self, minute):
        return minute.astimezone(self.zone).replace(tzinfo=None, fold=0)

    def is_tick(self, wall, before, latest):
        if self.is_elapsed:
            return self.matches(wall)
        is_second_time = wall <= latest
        if self.matches(wall) and not (is_second_time and self.recurrence.on_fold == "FIRST"):
            return True
        left_out = before + MINUTE
        while self.recurrence.on_gap == "RUN_AFTER" and left_out < wall:
            if self.matches(left_out):
                return True
            left_out += MINUTE
        return False


# Each with the day before the clock changes.
changes = st.sampled_from(
    [
        (place, datetime.fromisoformat(day).replace(hour=12, tzinfo=UTC))
        for place, day in (
            ("Europe/Berlin", "2027-03-27"),
            ("Europe/Berlin", "2027-10-30"),
            ("America/New_York", "2027-03-13"),
            ("America/New_York", "2027-11-06"),
            ("Australia/Lord_Howe", "2027-10-01"),
            ("Australia/Lord_Howe", "2027-04-02"),
            ("Pacific/Apia", "2011-12-28"),
            ("America/Havana", "2027-11-06"),
            ("Antarctica/Troll", "2027-03-27"),
            ("Asia/Beirut", "2027-03-27"),
            ("America/St_Johns", "2010-11-06"),
        )
    ]
)
# Dense enough for ticks within the few days that the model looks at.
dense = st.tuples(fields(0, 59), fields(0, 4), st.just("* * *") | st.just("*/2 * *")).map(" ".join)


@settings(deadline=None)
@given(dense, changes, policies, st.integers(0, 3000), st.integers(0, 2000))
def test_ticks_agree_with_a_model_of_each_minute(expression, change, policies, skipped, length):
    place, day = change
    recurrence = cron(expression, place, **policies)
    first = day + skipped * MINUTE
    last = first + length * MINUTE

    expected = Model(recurrence).ticks(first, last)

    found = takewhile(lambda tick: tick <= last, recurrence.after(first - MINUTE / 2))
    assert list(found) == expected
    assert recurrence.count(first, last) == len(expected)
    if expected:
        assert recurrence.last_until(last) == expected[-1]
        assert recurrence.last_until(last + MINUTE / 2) == expected[-1]


@settings(deadline=None)
@given(expressions, zones, times, policies, st.integers(1, 300))
def test_count_and_last_agree_with_the_ticks(expression, time_zone, time, policies, number):
    recurrence = cron(expression, time_zone, starts_at=time, **policies)
    ticks = list(islice(recurrence.after(time - timedelta(days=1)), number))

    assert ticks == sorted(set(ticks))
    assert recurrence.count(ticks[0], ticks[-1]) == number
    assert recurrence.last_until(ticks[-1] + timedelta(seconds=59)) == ticks[-1]
    assert recurrence.last_until(ticks[0] - timedelta(microseconds=1)) is None
    assert recurrence.first_after(ticks[0] - timedelta(microseconds=1)) == ticks[0]


def test_a_year_of_minutes_is_counted_without_looking_at_each():
    recurrence = cron("* * * * *", "Europe/Berlin")
    first = datetime(2027, 1, 1, tzinfo=UTC)

    last = recurrence.last_until(first + timedelta(days=3650))

    assert recurrence.count(first, last) == 3650 * 24 * 60 + 1


WEEK = timedelta(days=7)


def weeks_before_clock_changes(place):
    """Return a week before each change of the local clock in five years."""
    days = [datetime(2027, 1, 1, tzinfo=UTC) + timedelta(days=number) for number in range(5 * 365)]
    offsets = [day.astimezone(zone(place)).utcoffset() for day in days]
    changes = zip(days, offsets, offsets[1:], strict=False)
    return [day - WEEK for day, offset, following in changes if offset != following]


@pytest.mark.slow
@pytest.mark.parametrize("place", ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe"])
def test_a_million_ticks_around_clock_changes_agree_with_a_model_of_each_minute(place):
    total = 0
    for policies in ({}, {"on_gap": "SKIP", "on_fold": "BOTH"}):
        recurrence = cron("0-57,59 0-3,5-23 * * *", place, **policies)
        for first in weeks_before_clock_changes(place):
            last = first + 2 * WEEK
            expected = Model(recurrence).ticks(first, last)
            found = list(islice(recurrence.after(first - MINUTE), len(expected)))
            assert found == expected
            assert recurrence.count(first, last) == len(expected)
            total += len(expected)

    assert total > 1_000_000 / 3
