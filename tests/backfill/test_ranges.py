"""The scheduled times of a past range. Pure."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from tasks_app.recurrence import (
    Cron,
    Dates,
    ExcludedTimes,
    Exclusions,
    Interval,
    Once,
    Weekday,
    WeeklyHours,
    times_between,
)
from tasks_app.recurrence.excluding import Excluding

START = datetime(2026, 11, 24, 12, tzinfo=UTC)
MANY = 10_000


def utc(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_both_ends_of_the_range_belong_to_it():
    hourly = Interval(START, 3600)

    times = times_between(hourly, START, START + timedelta(hours=2), MANY)

    assert times == [START + timedelta(hours=number) for number in range(3)]


@pytest.mark.parametrize("seconds", [0, 1, 3599, 3600, 5400])
def test_grid_of_an_interval_continues_before_its_start(seconds):
    hourly = Interval(START, 3600)
    first = START - timedelta(days=400, seconds=seconds)

    times = times_between(hourly, first, first + timedelta(hours=2), MANY)

    assert times == [each for each in times if (START - each) % timedelta(hours=1) == timedelta(0)]
    assert len(times) == (3 if seconds % 3600 == 0 else 2)
    assert first <= times[0] < first + timedelta(hours=1)


def test_cron_expression_continues_before_its_start():
    noon = Cron("0 12 * * *", "UTC", START)

    times = times_between(noon, utc("2020-02-28"), utc("2020-03-01T23:00"), MANY)

    assert times == [utc(f"{day}T12:00") for day in ("2020-02-28", "2020-02-29", "2020-03-01")]


@pytest.mark.parametrize(
    ("on_gap", "on_fold", "spring", "autumn"),
    [
        ("RUN_AFTER", "FIRST", ["01:30", "01:00", "00:30"], ["00:30", "00:30", "01:30"]),
        ("SKIP", "BOTH", ["01:30", "00:30"], ["00:30", "00:30", "01:30", "01:30"]),
    ],
)
def test_policies_for_clock_changes_apply(on_gap, on_fold, spring, autumn):
    """At 02:30 in Berlin, where clocks change on 29 March and on 25 October 2026."""
    nightly = Cron("30 2 * * *", "Europe/Berlin", START, on_gap, on_fold)

    def between(first, last):
        times = times_between(nightly, utc(first), utc(f"{last}T23:59"), MANY)
        return [f"{each:%H:%M}" for each in times]

    assert between("2026-03-28", "2026-03-30") == spring
    assert between("2026-10-24", "2026-10-26") == autumn


def test_excluded_times_are_left_out():
    weekend = WeeklyHours((Weekday.SATURDAY, Weekday.SUNDAY), time(), time())
    closed = ExcludedTimes("UTC", (weekend,), (Dates(date(2020, 1, 1), date(2020, 1, 1)),))
    noon = Excluding(Cron("0 12 * * *", "UTC", START), Exclusions([closed]))

    times = times_between(noon, utc("2019-12-30"), utc("2020-01-07"), MANY)

    assert [each.day for each in times] == [30, 31, 2, 3, 6]


def test_single_time_is_in_the_range_or_not():
    once = Once(START)

    assert times_between(once, START, START, MANY) == [START]
    assert times_between(once, START + timedelta(seconds=1), START + timedelta(days=1), MANY) == []


def test_no_more_than_the_limit_are_computed():
    assert len(times_between(Interval(START, 1), utc("2017-01-01"), START, 50)) == 50
