from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, time, timedelta
from threading import Event

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.utils import timezone

from tasks_app import ticking
from tasks_app.models import Calendar, ClusterEvent, TaskSchedule
from tasks_app.recurrence import Dates, ExcludedTimes, Weekday, WeeklyHours
from tasks_app.services import schedules
from tasks_app.services.schedules import calendars
from tasks_app.services.schedules.calendars import NewCalendar
from tests.support.waiting import eventually

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("woken")]

WHOLE_DAY = {"begins": time(0), "until": time(0)}


def calendar(name, *, description="", **excluded):
    times = ExcludedTimes(**{"time_zone": "UTC"} | excluded)
    return NewCalendar(name=name, description=description, excluded=times)


WEEKEND = calendar("weekend", weekly=[WeeklyHours(days=("SATURDAY", "SUNDAY"), **WHOLE_DAY)])
ALWAYS = [WeeklyHours(days=tuple(Weekday.values), **WHOLE_DAY)]


def days_from_now(first, last):
    today = timezone.now().astimezone(UTC).date()
    return Dates(first=today + timedelta(days=first), last=today + timedelta(days=last))


def next_run(schedule):
    return TaskSchedule.objects.get(pk=schedule.pk).next_run_at


def errors_of(invalid):
    return {name: each[0].code for name, each in invalid.value.error_dict.items()}


@pytest.fixture
def daily(make_schedule):
    """A schedule that runs at noon, from tomorrow on."""

    def make(**options):
        noon = timezone.now().astimezone(UTC).replace(hour=12, minute=0, second=0, microsecond=0)
        first = noon + timedelta(days=1)
        return make_schedule(**{"scheduled_at": first, "interval": 24 * 3600} | options)

    return make


def test_schedule_starts_after_the_excluded_days(daily):
    calendars.save_calendar(calendar("closed", dates=[days_from_now(0, 3)]))

    schedule = daily(calendars=["closed"])

    assert next_run(schedule).date() == days_from_now(4, 4).first
    assert schedules.upcoming(schedule, 1) == [next_run(schedule)]


def test_change_of_a_calendar_moves_the_next_run_of_its_schedules(daily):
    calendars.save_calendar(NewCalendar(name="closed"))
    user, other = daily(calendars=["closed"]), daily()
    before = next_run(other)

    calendars.save_calendar(calendar("closed", dates=[days_from_now(1, 2)]))

    assert (next_run(user), next_run(other)) == (before + timedelta(days=2), before)
    kinds = ClusterEvent.objects.values_list("kind", flat=True)
    assert list(kinds)[-2:] == ["SCHEDULE_UPDATED", "CALENDAR_SAVED"]

    calendars.save_calendar(NewCalendar(name="closed"))

    assert next_run(user) == before


def test_excluded_times_of_a_downtime_start_no_run_and_are_not_missed(daily):
    calendars.save_calendar(calendar("closed", dates=[days_from_now(-5, -1)]))
    schedule = daily(calendars=["closed"])
    first = schedule.scheduled_at - timedelta(days=8)
    TaskSchedule.objects.filter(pk=schedule.pk).update(scheduled_at=first, next_run_at=first)

    ticking.tick_due(10)

    missed = sum(tick.count for tick in schedule.ticks.filter(outcome="MISSED"))
    passed = (timezone.now() - first) // timedelta(days=1) + 1
    assert missed + schedule.ticks.filter(outcome="FIRED").count() == passed - 5


def test_calendar_in_use_is_not_deleted(daily):
    calendars.save_calendar(WEEKEND)
    schedule = daily(calendars=["weekend"])

    with pytest.raises(ValidationError) as invalid:
        calendars.delete_calendar("weekend")
    assert errors_of(invalid) == {"name": "in_use"}

    schedules.update_schedule(schedule.pk, calendars=())
    calendars.delete_calendar("weekend")
    assert not Calendar.objects.exists()


def test_renamed_calendar_is_renamed_in_its_schedules(daily):
    calendars.save_calendar(WEEKEND)
    calendars.save_calendar(calendar("closed"))
    user, other = daily(calendars=["closed", "weekend"]), daily(calendars=["closed"])

    with pytest.raises(ValidationError) as invalid:
        calendars.rename_calendar("weekend", "closed")
    assert errors_of(invalid) == {"new_name": "already_exists"}
    with pytest.raises(ValidationError) as invalid:
        calendars.rename_calendar("weekend", "")
    assert errors_of(invalid) == {"new_name": "invalid"}

    assert calendars.rename_calendar("weekend", "saturdays").name == "saturdays"
    user.refresh_from_db()
    other.refresh_from_db()
    assert (user.calendars, other.calendars) == (["closed", "saturdays"], ["closed"])
    changed = ClusterEvent.objects.filter(kind=ClusterEvent.Kind.SCHEDULE_UPDATED)
    assert [event.schedule_ids for event in changed] == [[user.pk]]
    with pytest.raises(Calendar.DoesNotExist):
        calendars.rename_calendar("weekend", "sundays")


def test_calendars_that_leave_no_time_are_refused(daily):
    calendars.save_calendar(calendar("always", weekly=ALWAYS))
    calendars.save_calendar(WEEKEND)
    schedule = daily(calendars=["weekend"])
    before = next_run(schedule)

    for attempt in (
        lambda: daily(calendars=["always"]),
        lambda: schedules.update_schedule(schedule.pk, calendars=["always"]),
    ):
        with pytest.raises(ValidationError) as invalid:
            attempt()
        assert errors_of(invalid) == {"calendars": "out_of_range"}
    with pytest.raises(ValidationError) as invalid:
        calendars.save_calendar(calendar("weekend", weekly=ALWAYS))
    assert errors_of(invalid) == {"name": "out_of_range"}
    assert (next_run(schedule), TaskSchedule.objects.count()) == (before, 1)


def test_schedule_names_calendars_that_exist(daily):
    with pytest.raises(ValidationError) as invalid:
        daily(calendars=["nowhere"])

    assert errors_of(invalid) == {"calendars": "not_found"}


@pytest.mark.parametrize(
    ("parameters", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 64}, "name"),
        ({"name": "a\0"}, "name"),
        ({"description": "\0"}, "description"),
        ({"time_zone": "Europe/Atlantis"}, "time_zone"),
        ({"weekly": [WeeklyHours(days=(), **WHOLE_DAY)]}, "weekly.0.days"),
        (
            {"weekly": [WeeklyHours(days=("MONDAY",), begins=time(0, 0, 1), until=time(1))]},
            "weekly.0.from",
        ),
        ({"weekly": ALWAYS * 51}, "weekly"),
        ({"dates": [Dates(first=date(2027, 1, 2), last=date(2027, 1, 1))]}, "dates.0.until"),
        ({"dates": [Dates(first=date(1, 1, 1), last=date(2027, 1, 1))]}, "dates.0.from"),
        ({"dates": [Dates(first=date(2027, 1, 1), last=date.max)]}, "dates.0.from"),
    ],
)
def test_calendar_that_is_not_valid_is_refused_by_field(parameters, field):
    with pytest.raises(ValidationError) as invalid:
        calendars.save_calendar(calendar(**{"name": "closed"} | parameters))

    assert list(invalid.value.error_dict) == [field]
    assert not Calendar.objects.exists()


def test_schedule_that_runs_once_at_an_excluded_time_is_refused(make_schedule):
    calendars.save_calendar(calendar("closed", dates=[days_from_now(1, 3)]))
    at = datetime.now(UTC) + timedelta(days=2)

    with pytest.raises(ValidationError) as invalid:
        make_schedule(interval=None, scheduled_at=None, at=at, calendars=["closed"])

    assert errors_of(invalid) == {"calendars": "out_of_range"}


@pytest.mark.django_db(transaction=True)
def test_change_of_a_schedule_and_of_its_calendar_at_once_do_not_block_each_other(
    make_schedule, monkeypatch
):
    calendars.save_calendar(NewCalendar(name="closed"))
    schedule = make_schedule(calendars=["closed"])
    is_locked = Event()
    tick = ticking.tick

    def tick_then_wait(schedule_id):
        tick(schedule_id)
        is_locked.set()
        eventually(is_waiting)

    monkeypatch.setattr(ticking, "tick", tick_then_wait)
    with ThreadPoolExecutor(2) as threads:
        changed = threads.submit(in_thread, schedules.update_schedule, schedule.pk, a=7)
        is_locked.wait(10)
        saved = threads.submit(
            in_thread, calendars.save_calendar, NewCalendar(name="closed", description="new")
        )
        assert changed.result(20).task.a == 7
        assert saved.result(20).description == "new"


def in_thread(service, *arguments, **options):
    try:
        return service(*arguments, **options)
    finally:
        connection.close()


def is_waiting():
    """Return whether a transaction waits for a lock."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
        return cursor.fetchone()[0]
