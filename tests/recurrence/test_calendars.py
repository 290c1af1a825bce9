"""The times that calendars exclude from a recurrence."""

import json
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice, takewhile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks_app.recurrence import (
    Cron,
    ExcludedTimes,
    Exclusions,
    Interval,
    Once,
    TickNote,
    TickOutcome,
    Weekday,
    decide,
)
from tasks_app.recurrence.calendars import Dates, WeeklyHours
from tasks_app.recurrence.excluding import Excluding
from tests.recurrence.model import due

MONDAY = datetime(2027, 3, 22, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
WEEKEND = WeeklyHours(("SATURDAY", "SUNDAY"), time(0), time(0))
NIGHTS = WeeklyHours(tuple(Weekday.values), time(18), time(8))


def excluding(recurrence, *weekly, dates=(), zone="UTC"):
    return Excluding(recurrence, Exclusions([ExcludedTimes(zone, weekly, tuple(dates))]))


def first_ticks(recurrence, count, after=MONDAY - MINUTE):
    return [f"{tick:%a %H:%M}" for tick in islice(recurrence.after(after), count)]


def test_weekends_are_excluded():
    daily = excluding(Interval(MONDAY, 24 * 3600), WEEKEND)

    weekdays = ["Mon", "Tue", "Wed", "Thu", "Fri", "Mon"]
    assert first_ticks(daily, 6) == [f"{day} 00:00" for day in weekdays]


def test_hours_that_end_earlier_than_they_begin_end_on_the_next_day():
    every_six_hours = excluding(Interval(MONDAY, 6 * 3600), NIGHTS)

    assert first_ticks(every_six_hours, 3) == ["Mon 12:00", "Tue 12:00", "Wed 12:00"]


def in_year(moment, *weekly, dates=()):
    return list(Exclusions([ExcludedTimes("UTC", weekly, tuple(dates))]).in_year(moment))


def test_excluded_times_that_touch_are_one():
    night = WeeklyHours(("FRIDAY",), time(18), time(0))
    monday = Dates(date(2027, 3, 29), date(2027, 3, 29))

    first, second, *_ = in_year(MONDAY, WEEKEND, night, dates=[monday])

    assert [f"{each:%a %d %H}" for each in first] == ["Fri 26 18", "Tue 30 00"]
    assert [f"{each:%a %d %H}" for each in second] == ["Fri 02 18", "Mon 05 00"]


def test_excluded_times_begin_with_the_one_that_has_begun_and_end_with_the_year():
    saturday = MONDAY + timedelta(days=5, hours=3)
    assert in_year(saturday, WEEKEND)[0].start == MONDAY + timedelta(days=5)

    always = WeeklyHours(tuple(Weekday.values), time(0), time(0))
    [(_, end)] = in_year(MONDAY, always)
    assert end == MONDAY + timedelta(days=366)
    assert in_year(MONDAY, dates=[Dates(date(2029, 1, 1), date(2029, 1, 1))]) == []


def test_both_days_of_a_range_of_dates_are_excluded():
    daily = excluding(
        Interval(MONDAY, 24 * 3600), dates=[Dates(date(2027, 3, 23), date(2027, 3, 24))]
    )

    assert first_ticks(daily, 2) == ["Mon 00:00", "Thu 00:00"]


def test_hours_follow_the_clock_of_the_time_zone_through_a_clock_change():
    # Clocks are set forward on 28 March: 08:00 in Berlin is 07:00 UTC before it, 06:00 after it.
    hourly = excluding(Interval(MONDAY, 3600), NIGHTS, zone="Europe/Berlin")

    assert first_ticks(hourly, 1, MONDAY + timedelta(days=4)) == ["Fri 07:00"]
    assert first_ticks(hourly, 1, MONDAY + timedelta(days=7)) == ["Mon 06:00"]


@pytest.mark.parametrize(
    "recurrence",
    [
        Interval(MONDAY, 24 * 3600),
        Cron("0 9 * * *", "Europe/Berlin", MONDAY),
        Once(MONDAY + timedelta(hours=3)),
    ],
)
def test_recurrence_that_is_always_excluded_has_no_time(recurrence):
    always = excluding(recurrence, WeeklyHours(tuple(Weekday.values), time(0), time(0)))

    assert always.first_after(MONDAY - MINUTE) is None
    assert always.last_until(MONDAY + timedelta(days=100)) is None
    assert len(list(islice(always.noted(MONDAY - MINUTE), 2))) >= 1


def test_first_time_of_each_excluded_span_is_noted():
    hourly = excluding(Interval(MONDAY, 3600), NIGHTS)

    notes = list(islice(hourly.noted(MONDAY + timedelta(hours=16)), 4))

    assert [(f"{tick.at:%H:%M}", tick.note) for tick in notes] == [
        ("17:00", None),
        ("18:00", TickNote.EXCLUDED),
        ("08:00", None),
        ("09:00", None),
    ]


hours = st.builds(
    WeeklyHours,
    st.sets(st.sampled_from(Weekday.values), min_size=1, max_size=3).map(tuple),
    st.times().map(lambda clock: clock.replace(second=0, microsecond=0, fold=0)),
    st.times().map(lambda clock: clock.replace(second=0, microsecond=0, fold=0)),
)
days = st.dates(date(2027, 3, 20), date(2027, 4, 5))
ranges = st.tuples(days, days).map(lambda pair: Dates(min(pair), max(pair)))
zones = st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe"])
kinds = st.sampled_from(
    [
        Interval(MONDAY, 47 * 60),
        Cron("*/20 * * * *", "UTC", MONDAY),
        Cron("30 2 * * *", "Europe/Berlin", MONDAY),
    ]
)


@settings(deadline=None)
@given(kinds, st.lists(hours, max_size=3), st.lists(ranges, max_size=2), zones)
def test_times_are_those_of_the_recurrence_that_no_span_contains(kind, weekly, dates, zone):
    excluded = ExcludedTimes(zone, tuple(weekly), tuple(dates))
    recurrence = Excluding(kind, Exclusions([excluded]))
    end = MONDAY + timedelta(days=14)
    spans = list(spans_of(excluded))

    def is_excluded(moment):
        return any(span.start <= moment < span.end for span in spans)

    base = takewhile(lambda tick: tick < end, kind.after(MONDAY))
    expected = [tick for tick in base if not is_excluded(tick)]

    assert list(takewhile(lambda tick: tick < end, recurrence.after(MONDAY))) == expected
    if expected:
        first, last = expected[0], expected[-1]
        assert recurrence.last_until(end - MINUTE) == last
        assert recurrence.count(first, last) == len(expected)


def spans_of(excluded):
    """Yield the spans around the two weeks, one day after the other."""
    for number in range(-3, 20):
        for weekly in excluded.weekly:
            if span := weekly.on(MONDAY.date() + timedelta(days=number), excluded.time_zone):
                yield span
    for dates in excluded.dates:
        yield dates.span(excluded.time_zone)


def test_times_missed_in_a_downtime_are_counted_without_the_excluded_ones():
    weekends = {
        "time_zone": "UTC",
        "weekly": [{"days": ["SATURDAY", "SUNDAY"], "from": "00:00", "until": "00:00"}],
        "dates": [],
    }
    now = MONDAY + timedelta(days=7, seconds=1)
    state = due(count=1, interval=3600, scheduled_at=MONDAY, next_run_at=MONDAY, now=now)
    state = state._replace(calendars=json.dumps([weekends]))

    decision = decide(state)

    assert [(group.outcome, group.count) for group in decision.tick_groups] == [
        (TickOutcome.MISSED, 5 * 24),
        (TickOutcome.FIRED, 1),
    ]
    assert decision.next_run_at == MONDAY + timedelta(days=7, hours=1)
