"""Scheduled times that run while the previous run is active, each as a task of its own."""

import threading
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.utils import timezone

from tasks_app import recovery, ticking
from tasks_app.models import ClusterEvent, ScheduleTick, Task, TaskSchedule
from tasks_app.services import schedules
from tests.support.working import claim_only, complete, run_all
from tests.ticking.history import history, pass_one_interval

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("node")]


def overlapping(schedule):
    return Task.objects.filter(overlap_of=schedule).order_by("pk")


def fire(schedule):
    """Let the next scheduled time of the schedule come; return its tick."""
    pass_one_interval(schedule)
    ticking.tick_due(10)
    return schedule.ticks.get()


@pytest.fixture
def busy(make_due):
    """A schedule that allows three runs at the same time, and whose own task runs."""

    def make(**options):
        options = {"max_concurrent_runs": 3, "duration_ms": 1000, "priority": 7} | options
        schedule = make_due(overlap="ALLOW", **options)
        ticking.tick_due(10)
        return schedule, claim_only(schedule.task)

    return make


def test_scheduled_time_during_a_run_creates_a_task_with_the_same_parameters(busy, woken):
    keyed = {"concurrency_key": "k", "concurrency_limit": 2}
    schedule, _ = busy(queue="default", slots=2, max_attempts=5, **keyed)
    woken.clear()

    tick = fire(schedule)

    task = overlapping(schedule).get()
    assert (tick.outcome, tick.reason, tick.run, tick.task_id) == ("FIRED", "", 1, task.pk)
    assert (schedule.task.status, schedule.task.run) == ("RUNNING", 1)
    assert (task.schedule, task.is_scheduled, task.status, task.run) == (None, True, "PENDING", 1)
    assert (task.a, task.b, task.slots, task.max_attempts, task.priority) == (2, 3, 2, 5, 7)
    assert (task.concurrency_key, task.concurrency_limit) == ("k", 2)
    assert (task.run_at, woken) == (tick.nominal_at, ["default"])
    created = ClusterEvent.objects.filter(kind="TASK_CREATED", task_ids=[task.pk])
    assert created.get().status == "PENDING"


def test_overlapping_run_is_executed_like_any_task(busy):
    schedule, claimed = busy()
    fire(schedule)

    complete(claim_only(overlapping(schedule).get()))
    complete(claimed)

    assert overlapping(schedule).get().status == "SUCCESS"
    assert overlapping(schedule).get().results.get().result == 5
    assert (schedule.task.status, schedule.task.run) == ("SUCCESS", 1)


def test_scheduled_time_is_skipped_at_the_maximum_and_fires_when_a_run_has_ended(busy):
    schedule, claimed = busy()
    fire(schedule)
    fire(schedule)

    skipped = fire(schedule)
    assert (skipped.outcome, skipped.reason, skipped.task_id) == ("SKIPPED", "OVERLAP", None)
    assert overlapping(schedule).count() == 2

    complete(claimed)
    assert fire(schedule).task_id is None
    assert (schedule.task.status, schedule.task.run) == ("PENDING", 2)

    complete(claim_only(overlapping(schedule).first()))
    assert fire(schedule).task_id == overlapping(schedule).last().pk
    assert overlapping(schedule).count() == 3
    assert TaskSchedule.objects.get().fired == 5


def test_trigger_starts_an_overlapping_run_up_to_the_maximum(busy):
    schedule, _ = busy()

    triggered = [schedules.trigger_schedule(schedule.pk) for _ in range(2)]

    assert triggered == list(overlapping(schedule))
    assert history(schedule)[1:] == [("FIRED", "TRIGGERED", 1)] * 2
    with pytest.raises(ValidationError) as refusal:
        schedules.trigger_schedule(schedule.pk)
    assert refusal.value.error_dict["id"][0].code == "not_triggerable"


def test_after_a_downtime_one_run_starts(make_due):
    schedule = make_due(count=50, overlap="ALLOW", max_concurrent_runs=100)

    ticking.tick_due(10)

    assert history(schedule) == [("MISSED", "", 49), ("FIRED", "", 1)]
    assert overlapping(schedule).count() == 0


def test_overlapping_runs_of_a_deleted_schedule_are_cancelled_and_stay(busy):
    schedule, _ = busy()
    fire(schedule)
    fire(schedule)
    waiting, running = overlapping(schedule)
    claim_only(running)

    schedules.delete_schedule(schedule.pk)

    waiting.refresh_from_db()
    running.refresh_from_db()
    assert (waiting.status, running.status) == ("CANCELLED", "RUNNING")
    assert running.cancel_requested_at


def test_tasks_of_overlapping_runs_are_deleted_after_their_retention(busy):
    schedule, claimed = busy()
    fire(schedule)
    complete(claimed)
    run_all()
    long_ago = timezone.now() - timedelta(days=400)
    Task.objects.update(finished_at=long_ago)

    recovery.delete_finished(timezone.now() + timedelta(days=1), 100)

    assert list(Task.objects.all()) == [schedule.task]
    assert ScheduleTick.objects.filter(task_id__isnull=False).exists()


@pytest.mark.django_db(transaction=True)
def test_concurrent_processes_start_no_more_runs_than_allowed(make_due, node):
    schedule = make_due(overlap="ALLOW", max_concurrent_runs=5)
    ticking.tick_due(10)
    start = threading.Barrier(8)
    triggered = []

    def trigger():
        start.wait()
        triggered.extend([ticking.trigger(schedule.pk) for _ in range(3)])
        connection.close()

    threads = [threading.Thread(target=trigger) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len([task for task in triggered if task]) == 4
    assert overlapping(schedule).count() == 4
