"""Scheduled times that cancel the previous run."""

import pytest

from tasks_app import ticking
from tasks_app.models import ClusterEvent
from tests.support.working import claim_only, complete
from tests.ticking.history import history, pass_one_interval, stored

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("node")]


def test_running_attempt_is_cancelled_and_the_new_run_starts_when_it_has_ended(make_due):
    schedule = make_due(overlap="CANCEL_RUNNING", duration_ms=1000)
    ticking.tick_due(10)
    claimed = claim_only(schedule.task)
    pass_one_interval(schedule)

    assert ticking.tick_due(10) == 1

    assert (schedule.task.status, schedule.task.run) == ("RUNNING", 1)
    assert schedule.task.cancel_requested_at
    assert ClusterEvent.objects.filter(kind="TASK_CANCEL_REQUESTED").count() == 1
    assert ticking.tick_queued(10) == 0
    complete(claimed)
    assert schedule.task.status == "CANCELLED"
    assert ticking.tick_queued(10) == 1
    assert (schedule.task.status, schedule.task.run) == ("PENDING", 2)
    assert schedule.task.cancel_requested_at is None
    assert history(schedule) == [("FIRED", "", 1)]


def test_newest_scheduled_time_replaces_the_one_that_waits_for_a_cancelled_run(make_due):
    schedule = make_due(overlap="CANCEL_RUNNING", duration_ms=1000)
    ticking.tick_due(10)
    claim_only(schedule.task)
    for _ in range(2):
        pass_one_interval(schedule)
        ticking.tick_due(10)

    replaced = schedule.ticks.get()
    assert (replaced.outcome, replaced.reason) == ("SKIPPED", "OVERLAP")
    newest = replaced.nominal_at + schedule.recurrence.step
    assert stored(schedule).queued_at == newest
    assert ClusterEvent.objects.filter(kind="TASK_CANCEL_REQUESTED").count() == 1


def test_run_that_has_not_started_is_cancelled_at_once(make_due):
    schedule = make_due(overlap="CANCEL_RUNNING")
    ticking.tick_due(10)
    pass_one_interval(schedule)

    ticking.tick_due(10)

    assert (schedule.task.status, schedule.task.run) == ("CANCELLED", 1)
    assert ticking.tick_queued(10) == 1
    assert (schedule.task.status, schedule.task.run) == ("PENDING", 2)
