"""The density of the stored schedules."""

from datetime import time, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from tasks_app.models import TaskSchedule
from tasks_app.recurrence import ExcludedTimes, Weekday, WeeklyHours
from tasks_app.services import schedules
from tasks_app.services.schedules import calendars
from tasks_app.services.schedules import density as density_module
from tasks_app.services.schedules.calendars import NewCalendar
from tasks_app.services.schedules.density import schedule_density

pytestmark = pytest.mark.django_db

EVERY_DAY = WeeklyHours(tuple(Weekday.values), time(0), time(0))


def density(hours=24):
    return schedule_density(hours)


def total(found):
    return sum(slot.count for slot in found.slots)


@pytest.mark.parametrize(("hours", "minutes", "slots"), [(1, 15, 4), (24, 15, 96), (168, 60, 168)])
def test_slots_begin_with_the_current_one(hours, minutes, slots):
    before = timezone.now()

    found = density(hours)

    assert (found.slot_minutes, len(found.slots)) == (minutes, slots)
    start = found.slots[0].starts_at
    assert start.minute % minutes == start.second == start.microsecond == 0
    assert before - timedelta(minutes=minutes) < start <= timezone.now()


def test_active_schedules_are_counted_within_their_limits(make_schedule):
    start = timezone.now() + timedelta(hours=2)
    make_schedule(interval=3600, scheduled_at=start, max_runs=3)
    make_schedule(interval=3600, scheduled_at=start, ends_at=start + timedelta(hours=1))
    make_schedule(interval=None, scheduled_at=None, at=start)
    make_schedule(interval=60, scheduled_at=start + timedelta(days=3))
    schedules.pause_schedule(make_schedule(interval=60, scheduled_at=start).pk)

    found = density()

    assert (total(found), found.schedule_count, found.is_estimate) == (3 + 2 + 1, 3, False)
    busiest = max(found.slots, key=lambda slot: slot.collisions)
    assert busiest.collisions == 3
    assert busiest.busiest_minute == start.replace(second=0, microsecond=0)


def test_times_in_the_past_are_not_counted(make_schedule):
    schedule = make_schedule(interval=3600)
    past = timezone.now() - timedelta(hours=5)
    TaskSchedule.objects.filter(pk=schedule.pk).update(scheduled_at=past, next_run_at=past)

    assert total(density()) == 23


def test_times_that_calendars_exclude_are_not_counted(make_schedule):
    calendars.save_calendar(NewCalendar(name="never", excluded=ExcludedTimes("UTC", (EVERY_DAY,))))
    schedule = make_schedule(interval=60, scheduled_at=timezone.now())
    assert total(density()) > 0

    TaskSchedule.objects.filter(pk=schedule.pk).update(calendars=["never"])

    assert total(density()) == 0


def test_schedule_whose_expression_is_not_valid_is_not_counted(make_schedule):
    start = timezone.now() + timedelta(hours=1)
    make_schedule(interval=None, scheduled_at=start, cron="0 9 * * *", time_zone="UTC")
    assert density().schedule_count == 1

    TaskSchedule.objects.update(cron="0 25 * * *")

    assert (density().schedule_count, density().is_estimate) == (0, False)


@pytest.mark.parametrize("limit", ["SCHEDULES_MAX", "CALENDARS_MAX"])
def test_schedules_beyond_a_limit_make_it_an_estimate(make_schedule, monkeypatch, limit):
    start = timezone.now() + timedelta(hours=1)
    for name in ("one", "two"):
        weekly = WeeklyHours(("MONDAY",), time(0), time(0, 1))
        calendars.save_calendar(NewCalendar(name=name, excluded=ExcludedTimes("UTC", (weekly,))))
        make_schedule(interval=60, scheduled_at=start, calendars=[name])
    assert not density().is_estimate

    monkeypatch.setattr(density_module, limit, 1)

    found = density()
    assert (found.schedule_count, found.is_estimate) == (1, True)


def test_number_of_queries_does_not_grow(make_schedule, django_assert_num_queries):
    for _ in range(5):
        make_schedule(scheduled_at=timezone.now())
    with django_assert_num_queries(2):
        density()


@pytest.mark.parametrize("hours", [0, 169])
def test_number_of_hours_is_bounded(hours):
    with pytest.raises(ValidationError) as refusal:
        density(hours)
    assert list(refusal.value.error_dict) == ["hours"]
