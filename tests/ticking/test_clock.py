"""The scheduled times that run in the database while its clock jumps, or local clocks change."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from tasks_app import ticking
from tasks_app.models import ScheduleTick, Task
from tasks_app.models.base import database_now
from tests.support.database_clock import DatabaseClock

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("woken")]

NOON = datetime(2027, 6, 1, 12, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@pytest.fixture
def clock(db):
    return DatabaseClock(NOON)


def look():
    """As Beat does, until nothing is due. Runs end at once."""
    while ticking.tick_queued(100) + ticking.tick_due(100):
        Task.objects.exclude(run=0).update(status="SUCCESS", finished_at=database_now())


def cron(expression, zone="Europe/Berlin", **options):
    return {"interval": None, "scheduled_at": None, "cron": expression, "time_zone": zone} | options


KINDS = {
    "interval": {"interval": 60, "scheduled_at": NOON},
    "cron": cron("* * * * *"),
    "overlapping": {"interval": 60, "scheduled_at": NOON, "overlap": "ALLOW"},
    "queueing": {"interval": 60, "scheduled_at": NOON, "overlap": "QUEUE_ONE"},
    "catching up": {"interval": 60, "scheduled_at": NOON, "catch_up": "ALL"},
    "late": cron("* * * * *", misfire_grace=10_000),
}


@pytest.mark.parametrize("kind", KINDS)
def test_clock_that_jumps_an_hour_back_and_forth_fires_nothing_twice(clock, make_schedule, kind):
    schedule = make_schedule(**KINDS[kind])
    now = NOON
    for jump in (0, 1, -1, 0, 1, 1, -2, 0):
        now += jump * HOUR
        for _ in range(5):
            now += MINUTE
            clock.set(now)
            look()

    recorded = [
        tick.nominal_at - k * MINUTE for tick in schedule.ticks.all() for k in range(tick.count)
    ]
    assert [time for time, count in Counter(recorded).items() if count > 1] == []
    # The clock was furthest at 15:20. Each minute until then is decided on.
    latest = max(recorded)
    assert len(recorded) in ((latest - NOON) // MINUTE, (latest - NOON) // MINUTE + 1)
    fired = schedule.ticks.filter(outcome="FIRED").count()
    assert fired == schedule.task.run + Task.objects.filter(overlap_of=schedule).count()
    schedule.refresh_from_db()
    assert schedule.fired == fired


# The scheduled times of a day that run, on the UTC clock, where the clocks change in that time.
CHANGES = [
    ("Europe/Berlin", "2027-03-27 23:00", "30 2 * * *", {}, ["01:00"]),
    ("Europe/Berlin", "2027-03-27 23:00", "30 2 * * *", {"on_gap": "SKIP"}, []),
    ("Europe/Berlin", "2027-10-30 22:00", "30 2 * * *", {}, ["00:30"]),
    ("Europe/Berlin", "2027-10-30 22:00", "30 2 * * *", {"on_fold": "BOTH"}, ["00:30", "01:30"]),
    ("America/New_York", "2027-03-14 05:00", "30 2 * * *", {}, ["07:00"]),
    ("America/New_York", "2027-11-07 04:00", "30 1 * * *", {}, ["05:30"]),
    ("Australia/Lord_Howe", "2027-10-02 13:30", "15 2 * * *", {}, ["15:30"]),
    ("Australia/Lord_Howe", "2027-04-03 13:00", "45 1 * * *", {}, ["14:45"]),
    ("Europe/Berlin", "2027-03-27 23:00", "*/30 0-3 * * *", {}, None),
]


@pytest.mark.parametrize(("zone", "begin", "expression", "policies", "expected"), CHANGES)
def test_local_clock_changes_during_the_run(
    clock, make_schedule, zone, begin, expression, policies, expected
):
    begin = datetime.fromisoformat(begin).replace(tzinfo=UTC)
    clock.set(begin - MINUTE)
    schedule = make_schedule(**cron(expression, zone, **policies))
    for minutes in range(0, 6 * 60, 5):
        clock.set(begin + minutes * MINUTE)
        look()

    ticks = list(ScheduleTick.objects.order_by("nominal_at"))
    assert {tick.outcome for tick in ticks} <= {"FIRED"}
    if expected is None:
        expected = [f"{begin + number * HOUR / 2:%H:%M}" for number in range(6)]
    assert [f"{tick.nominal_at:%H:%M}" for tick in ticks] == expected
    assert all(tick.fired_at == tick.nominal_at for tick in ticks)
    assert schedule.task.run == len(expected)
