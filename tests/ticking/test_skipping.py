"""Scheduled times that start no run: overlaps, pauses and limits."""

import pytest
from django.utils import timezone

from tasks_app import ticking
from tasks_app.models import ClusterEvent, TaskSchedule
from tasks_app.services import schedules
from tests.support.working import run_only
from tests.ticking.history import history, pass_one_interval, stored

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("node")]


def test_scheduled_time_is_skipped_while_the_previous_run_is_active(make_due):
    schedule = make_due()
    for _ in range(2):
        ticking.tick_due(10)
        pass_one_interval(schedule)

    assert schedule.task.run == 1
    assert stored(schedule).skipped == 1
    ticking.tick_due(10)
    assert history(schedule) == [("SKIPPED", "OVERLAP", 1)]
    assert ClusterEvent.objects.filter(kind="TICK_SKIPPED", message="OVERLAP").count() == 2


def test_one_scheduled_time_is_queued_while_the_previous_run_is_active(make_due):
    schedule = make_due(overlap="QUEUE_ONE")
    ticking.tick_due(10)
    for _ in range(2):
        pass_one_interval(schedule)
        ticking.tick_due(10)

    skipped = schedule.ticks.get()
    assert (skipped.outcome, skipped.reason) == ("SKIPPED", "OVERLAP")
    kept = stored(schedule).queued_at
    assert kept == skipped.nominal_at - schedule.recurrence.step
    assert ticking.tick_queued(10) == 0

    run_only(schedule.task)
    assert ticking.tick_queued(10) == 1
    assert ticking.tick_queued(10) == 0

    assert (schedule.task.status, schedule.task.run) == ("PENDING", 2)
    assert (stored(schedule).fired, stored(schedule).queued_at) == (2, None)
    assert schedule.ticks.get(outcome="FIRED").nominal_at == kept


def test_pause_drops_the_queued_run(make_due):
    schedule = make_due(overlap="QUEUE_ONE")
    ticking.tick_due(10)
    pass_one_interval(schedule)
    ticking.tick_due(10)

    schedules.pause_schedule(schedule.pk)
    run_only(schedule.task)

    assert history(schedule) == [("SKIPPED", "PAUSED", 1)]
    assert ticking.tick_queued(10) == 0


def test_paused_schedule_starts_no_runs(make_due):
    schedule = make_due()
    schedules.pause_schedule(schedule.pk)

    assert ticking.tick_due(10) == 0
    assert schedule.task.run == 0


@pytest.mark.parametrize("limit", ["max_runs", "ends_at"])
def test_schedule_ends_at_its_limit(make_due, limit):
    schedule = make_due()
    ends_at = schedule.next_run_at + schedule.recurrence.step / 2
    TaskSchedule.objects.update(**{limit: 1 if limit == "max_runs" else ends_at})

    ticking.tick_due(10)
    run_only(schedule.task)
    assert stored(schedule).upcoming(5) == []
    back = schedule.recurrence.step
    TaskSchedule.objects.update(
        next_run_at=timezone.now(), ends_at=stored(schedule).ends_at and ends_at - back
    )
    ticking.tick_due(10)

    assert history(schedule) == [("FIRED", "", 1), ("SKIPPED", "LIMIT", 1)]
    assert (stored(schedule).next_run_at, schedule.task.run) == (None, 1)


def test_update_can_restart_an_ended_schedule(make_due):
    schedule = make_due(max_runs=1)
    schedules.trigger_schedule(schedule.pk)
    ticking.tick_due(10)
    assert stored(schedule).next_run_at is None

    schedules.update_schedule(schedule.pk, max_runs=None)

    assert stored(schedule).next_run_at > timezone.now()
