"""Scheduled times that came while no scheduler ran: which run, and which are missed."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tasks_app import tasks, ticking
from tasks_app.models import ClusterEvent, TaskSchedule
from tasks_app.services import schedules
from tests.support.working import run_only
from tests.ticking.history import history, pass_one_interval, stored

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("node")]


def test_last_scheduled_time_runs_after_a_downtime(make_due):
    schedule = make_due(count=5)

    ticking.tick_due(10)

    assert history(schedule) == [("MISSED", "", 4), ("FIRED", "", 1)]
    assert (stored(schedule).fired, stored(schedule).missed) == (1, 4)
    event = ClusterEvent.objects.get(kind="TICK_MISSED")
    assert event.schedule_ids == [schedule.pk]


def test_downtime_of_years_is_recorded_in_two_rows(make_due):
    schedule = make_due(count=5_000_000)

    ticking.tick_due(10)

    assert history(schedule) == [("MISSED", "", 4_999_999), ("FIRED", "", 1)]


def test_scheduled_time_beyond_its_grace_is_missed(make_due, woken):
    schedule = make_due(interval=3600, misfire_grace=1)
    shifted = schedule.next_run_at - timedelta(seconds=1)
    TaskSchedule.objects.update(scheduled_at=shifted, next_run_at=shifted)

    ticking.tick_due(10)

    assert history(schedule) == [("MISSED", "", 1)]
    assert schedule.task.run == 0
    assert woken == []


def test_all_runs_each_missed_scheduled_time_after_the_previous_run_has_ended(make_due):
    schedule = make_due(count=3, catch_up="ALL")
    missed = [schedule.next_run_at + k * schedule.recurrence.step for k in range(3)]

    for number in range(3):
        assert ticking.tick_due(10) == 1
        assert ticking.tick_due(10) == 0
        assert (schedule.task.status, schedule.task.run) == ("PENDING", number + 1)
        run_only(schedule.task)
    assert ticking.tick_due(10) == 0

    ticks = schedule.ticks.order_by("nominal_at")
    assert [(tick.nominal_at, tick.run) for tick in ticks] == list(
        zip(missed, (1, 2, 3), strict=True)
    )
    after = stored(schedule)
    assert (after.fired, after.skipped, after.missed) == (3, 0, 0)
    assert after.next_run_at == missed[-1] + schedule.recurrence.step


def test_waiting_scheduled_times_are_kept_in_the_database_until_they_run(make_due):
    schedule = make_due(count=3, catch_up="ALL")
    ticking.tick_due(10)
    waiting = schedule.scheduled_at + schedule.recurrence.step

    tasks.tick(str(schedule.pk))
    schedules.update_schedule(schedule.pk, a=7)

    assert stored(schedule).next_run_at == waiting
    assert history(schedule) == [("FIRED", "", 1)]
    run_only(schedule.task)
    assert ticking.tick_due(10) == 1
    assert schedule.ticks.latest("nominal_at").nominal_at == waiting


def test_schedules_that_wait_do_not_keep_others_from_their_runs(make_due):
    for _ in range(3):
        make_due(count=3, catch_up="ALL")
    assert ticking.tick_due(3) == 3
    other = make_due()

    assert ticking.tick_due(3) == 1

    assert other.task.run == 1


def test_all_misses_what_exceeds_the_maximum(make_due):
    schedule = make_due(count=5_000_000, catch_up="ALL", misfire_grace=316_224_000)

    ticking.tick_due(10)

    assert history(schedule) == [("MISSED", "", 4_999_900), ("FIRED", "", 1)]
    assert ClusterEvent.objects.get(kind="TICK_MISSED").schedule_ids == [schedule.pk]


def test_scheduled_times_that_wait_too_long_are_missed(make_due):
    schedule = make_due(count=4, catch_up="ALL")
    ticking.tick_due(10)
    run_only(schedule.task)
    TaskSchedule.objects.update(misfire_grace=30)

    ticking.tick_due(10)

    assert history(schedule) == [("FIRED", "", 1), ("MISSED", "", 2), ("FIRED", "", 1)]


def test_a_change_of_the_recurrence_misses_the_scheduled_times_that_wait(make_due):
    schedule = make_due(count=4, catch_up="ALL")
    ticking.tick_due(10)

    changed = schedules.update_schedule(schedule.pk, interval=7_000)

    assert history(schedule) == [("FIRED", "", 1), ("MISSED", "", 3)]
    assert (changed.missed, stored(schedule).missed) == (3, 3)
    assert stored(schedule).next_run_at > timezone.now()


def test_a_pause_misses_the_scheduled_times_that_wait(make_due):
    schedule = make_due(count=4, catch_up="ALL")
    ticking.tick_due(10)

    schedules.pause_schedule(schedule.pk)
    run_only(schedule.task)
    assert ticking.tick_due(10) == 0
    schedules.resume_schedule(schedule.pk)

    assert history(schedule) == [("FIRED", "", 1), ("MISSED", "", 3)]
    assert stored(schedule).next_run_at > timezone.now()


def test_all_waits_for_a_run_that_was_queued_before(make_due):
    schedule = make_due(overlap="QUEUE_ONE")
    ticking.tick_due(10)
    pass_one_interval(schedule)
    ticking.tick_due(10)
    pass_one_interval(schedule)
    TaskSchedule.objects.update(catch_up="ALL")
    run_only(schedule.task)

    assert ticking.tick_due(10) == 0
    assert ticking.tick_queued(10) == 1
    run_only(schedule.task)
    assert ticking.tick_due(10) == 1

    assert schedule.task.run == 3


def test_none_catches_nothing_up(make_due, woken):
    schedule = make_due(count=3, catch_up="NONE")
    late = schedule.scheduled_at - timedelta(seconds=11)
    TaskSchedule.objects.update(scheduled_at=late, next_run_at=late)

    ticking.tick_due(10)

    assert history(schedule) == [("MISSED", "", 3)]
    assert (schedule.task.run, woken) == (0, [])


def test_none_runs_a_scheduled_time_that_is_on_time(make_due):
    schedule = make_due(catch_up="NONE")

    ticking.tick_due(10)

    assert history(schedule) == [("FIRED", "", 1)]
