"""The runs of schedules by a cron expression and of schedules that run once."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tasks_app import ticking
from tasks_app.models import ClusterEvent, TaskSchedule
from tasks_app.services import schedules

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("woken")]


@pytest.fixture
def make_cron(make_schedule):
    def make(cron="* * * * *", **fields):
        return make_schedule(
            **{"interval": None, "scheduled_at": None, "cron": cron, "time_zone": "Europe/Berlin"}
            | fields
        )

    return make


def move_back(schedule, **times):
    """Store times of a schedule as if they had been computed then."""
    TaskSchedule.objects.filter(pk=schedule.pk).update(**times)


def outcomes(schedule):
    return [(tick.outcome, tick.count) for tick in schedule.ticks.order_by("nominal_at")]


def test_due_minute_fires_once_and_the_next_one_follows(make_cron):
    schedule = make_cron()
    due = timezone.now().replace(second=0, microsecond=0)
    move_back(schedule, scheduled_at=due - timedelta(days=1), next_run_at=due)

    assert [ticking.tick_due(10), ticking.tick_due(10)] == [1, 0]

    schedule.refresh_from_db()
    assert (schedule.fired, schedule.next_run_at) == (1, due + timedelta(minutes=1))
    assert schedule.task.run == 1


def test_downtime_of_a_year_is_missed_but_for_the_last_tick(make_cron):
    schedule = make_cron()
    last = timezone.now().replace(second=0, microsecond=0)
    first = last - timedelta(days=365)
    move_back(schedule, scheduled_at=first, next_run_at=first)

    ticking.tick_due(10)

    assert outcomes(schedule) == [("MISSED", 365 * 24 * 60), ("FIRED", 1)]


def test_ticks_while_paused_are_skipped_in_one_row(make_cron):
    schedule = make_cron()
    now = timezone.now().replace(second=0, microsecond=0)
    begin = now - timedelta(hours=2)
    schedules.pause_schedule(schedule.pk)
    move_back(
        schedule,
        scheduled_at=begin,
        next_run_at=begin,
        paused_at=now - timedelta(hours=1, seconds=30),
    )

    schedules.resume_schedule(schedule.pk)

    assert outcomes(schedule) == [("MISSED", 60), ("SKIPPED", 61)]


def test_schedule_that_runs_once_ends_after_its_run(make_schedule):
    at = timezone.now() + timedelta(hours=1)
    schedule = make_schedule(interval=None, scheduled_at=None, at=at)
    assert schedule.upcoming(5) == [at]
    due = timezone.now() - timedelta(seconds=1)
    move_back(schedule, scheduled_at=due, next_run_at=due)

    assert [ticking.tick_due(10), ticking.tick_due(10)] == [1, 0]

    schedule.refresh_from_db()
    assert (schedule.fired, schedule.next_run_at) == (1, None)
    assert outcomes(schedule) == [("FIRED", 1)]


def test_a_schedule_that_ran_once_can_get_another_time_and_other_values(make_schedule):
    schedule = make_schedule(
        interval=None, scheduled_at=None, at=timezone.now() + timedelta(hours=1)
    )
    due = timezone.now() - timedelta(seconds=1)
    move_back(schedule, scheduled_at=due, next_run_at=due)
    ticking.tick_due(10)

    assert schedules.update_schedule(schedule.pk, b=9).next_run_at is None
    later = timezone.now() + timedelta(hours=2)
    assert schedules.update_schedule(schedule.pk, at=later).next_run_at == later


def test_an_edit_of_the_expression_fires_nothing(make_cron):
    schedule = make_cron("@daily")

    changed = schedules.update_schedule(schedule.pk, cron="* * * * *", time_zone="Asia/Tokyo")

    assert (changed.cron, changed.time_zone, changed.fired) == ("* * * * *", "Asia/Tokyo", 0)
    assert timezone.now() < changed.next_run_at <= timezone.now() + timedelta(minutes=1)
    assert not changed.ticks.exists()


@pytest.mark.parametrize("change", [{"cron": "0 0 30 2 *"}, {"time_zone": "Mars/Olympus"}])
def test_a_row_that_became_invalid_is_paused_and_holds_up_no_other(make_cron, change):
    broken, sound = make_cron(), make_cron()
    due = timezone.now().replace(second=0, microsecond=0)
    for schedule in (broken, sound):
        move_back(schedule, scheduled_at=due, next_run_at=due)
    move_back(broken, **change)

    assert [ticking.tick_due(10), ticking.tick_due(10)] == [2, 0]

    broken.refresh_from_db()
    assert broken.paused_at is not None
    assert "not valid" in broken.pause_note
    assert outcomes(sound) == [("FIRED", 1)]
    assert ClusterEvent.objects.filter(kind="SCHEDULE_PAUSED").exists()


def test_time_that_new_zone_rules_shift_is_planned_again(make_cron):
    schedule = make_cron("30 2 * * *")
    move_back(
        schedule,
        scheduled_at=timezone.now() - timedelta(days=3),
        next_run_at=timezone.now() - timedelta(seconds=1),
    )

    ticking.tick_due(10)

    schedule.refresh_from_db()
    assert schedule.next_run_at == schedule.recurrence.first_after(timezone.now())
    assert outcomes(schedule) == []
