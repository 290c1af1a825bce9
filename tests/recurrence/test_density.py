"""The density of schedules, compared with the times of their recurrences one by one."""

from collections import Counter
from datetime import UTC, datetime, time, timedelta
from itertools import islice, takewhile

from hypothesis import given, settings
from hypothesis import strategies as st

from tasks_app.recurrence import Cron, ExcludedTimes, Interval, Once, Planned, Window, density
from tasks_app.recurrence.calendars import Exclusions, WeeklyHours
from tasks_app.recurrence.excluding import Excluding
from tests.tiers import examples

# Saturday; the clocks of Berlin go forward on Sunday.
START = datetime(2027, 3, 27, 12, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
WINDOW = Window(START, HOUR, 48)
NIGHTS = ExcludedTimes(
    "Europe/Berlin", (WeeklyHours(("SATURDAY", "SUNDAY", "MONDAY"), time(22), time(6, 30)),)
)
NOON = ExcludedTimes("UTC", (WeeklyHours(("SUNDAY",), time(11, 30), time(13)),))
CALENDARS = {"nights": NIGHTS, "noon": NOON}

seconds = st.integers(-100_000, 300_000).map(lambda number: timedelta(seconds=number))
intervals = st.builds(
    lambda offset, step: Interval(START + offset, step),
    seconds,
    st.sampled_from([1, 7, 59, 60, 61, 90, 300, 3600, 3601, 86_400, 10**7]),
)
crons = st.builds(
    lambda expression, zone: Cron(expression, zone, START),
    st.sampled_from(["30 2 * * *", "*/20 * * * *", "0 9 * * 1-5", "0 0 * * SUN"]),
    st.sampled_from(["UTC", "Europe/Berlin", "Asia/Kathmandu"]),
)
plans = st.builds(
    Planned,
    recurrence=intervals | crons | st.builds(lambda offset: Once(START + offset), seconds),
    first=seconds.map(lambda offset: START + offset),
    ends_at=st.none() | seconds.map(lambda offset: START + offset),
    runs_left=st.none() | st.integers(0, 60),
    calendars=st.sampled_from([(), ("nights",), ("nights", "noon")]),
)


def times_of(planned):
    """The times of a schedule in the window, one by one."""
    rule = planned.recurrence
    if planned.calendars:
        rule = Excluding(rule, Exclusions([CALENDARS[name] for name in planned.calendars]))
    last = min(planned.ends_at or WINDOW.end, WINDOW.end - timedelta(microseconds=1))
    first = max(planned.first, WINDOW.start)
    following = rule.after(first - timedelta(microseconds=1))
    return list(islice(takewhile(lambda tick: tick <= last, following), planned.runs_left))


@settings(max_examples=examples(60), deadline=None)
@given(st.lists(plans, max_size=5))
def test_density_equals_the_times_counted_one_by_one(schedules):
    counts, due = Counter(), Counter()
    for planned in schedules:
        ticks = times_of(planned)
        counts.update((tick - START) // HOUR for tick in ticks)
        due.update({(tick - START) // MINUTE for tick in ticks})

    found = density(schedules, WINDOW, CALENDARS)

    assert found.is_complete
    for index, slot in enumerate(found.slots):
        minutes = {minute: due[minute] for minute in range(index * 60, index * 60 + 60)}
        assert slot.starts_at == START + index * HOUR
        assert slot.count == counts[index]
        assert slot.collisions == max(minutes.values())
        if slot.count:
            busiest = max(minutes, key=minutes.__getitem__)
            assert slot.busiest_minute == START + busiest * MINUTE
        else:
            assert slot.busiest_minute is None


def test_slots_name_the_calendars_that_exclude_them_as_a_whole():
    found = density([], WINDOW, CALENDARS)

    excluded = {slot.starts_at: slot.excluded_by for slot in found.slots}
    sunday = datetime(2027, 3, 28, tzinfo=UTC)
    # 22:00 in Berlin is 21:00 UTC, and 06:30, after the clock change, is 04:30 UTC.
    assert [excluded[sunday + hour * HOUR] for hour in (-4, -3, 3, 4)] == [
        [],
        ["nights"],
        ["nights"],
        [],
    ]
    assert [excluded[sunday + hour * HOUR] for hour in (11, 12, 13)] == [[], ["noon"], []]


def test_schedules_with_the_same_cron_times_are_computed_once():
    daily = Planned(Cron("0 9 * * *", "UTC", START), START)

    found = density([daily] * 100_000, WINDOW)

    assert found.is_complete
    assert [slot.collisions for slot in found.slots if slot.count] == [100_000, 100_000]


def test_more_times_than_the_budget_leave_out_the_most_frequent_expressions(monkeypatch):
    monkeypatch.setattr("tasks_app.recurrence.densities.CRON_TIMES_MAX", 100)
    daily = Planned(Cron("0 9 * * *", "UTC", START), START)
    each_minute = Planned(Cron("* * * * *", "UTC", START), START)

    found = density([each_minute, daily], WINDOW)

    assert not found.is_complete
    assert sum(slot.count for slot in found.slots) == 100
    assert [slot.count for slot in found.slots if slot.starts_at.hour == 9] == [1, 1]


def test_intervals_beyond_the_budget_count_but_do_not_collide(monkeypatch):
    monkeypatch.setattr("tasks_app.recurrence.densities.INTERVAL_TIMES_MAX", 10)

    found = density([Planned(Interval(START, 61), START)], WINDOW)

    assert not found.is_complete
    assert found.slots[0].count == 60
    assert found.slots[0].collisions == 0


def test_schedules_beyond_the_budget_of_parts_are_left_out(monkeypatch):
    monkeypatch.setattr("tasks_app.recurrence.densities.PARTS_MAX", 1)
    planned = Planned(Interval(START, 300), START, calendars=("nights",))

    found = density([planned], WINDOW, CALENDARS)

    assert not found.is_complete
    assert 0 < sum(slot.count for slot in found.slots) < len(times_of(planned))
