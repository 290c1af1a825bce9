"""Attempts that fail on purpose: they are repeated, up to the maximum."""

import pytest
from django.utils import timezone

from tasks_app import execution, recovery
from tasks_app.models import ClusterEvent, Task, TaskResult
from tasks_app.services import schedules, tasks
from tests.conftest import reload
from tests.support.working import claim, complete, expire_leases, kinds, outcomes, run_all

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("node")]


def run_next_attempt():
    Task.objects.filter(status="PENDING").update(due_at=timezone.now())
    return run_all()


def events_of(task):
    found = ClusterEvent.objects.filter(task_ids__contains=[task.pk]).order_by("id")
    return list(found.values_list("kind", "message"))


def test_first_attempts_fail_on_purpose_and_the_next_one_succeeds(make_task):
    task = make_task(fail_attempts=2)

    run_all()

    assert (reload(task).status, reload(task).attempt) == ("PENDING", 1)
    assert (reload(task).started_at, reload(task).lease_expires_at) == (None, None)
    assert (reload(task).failed_message, reload(task).version) == ("", 3)
    assert [run_next_attempt() for _ in range(3)] == [1, 1, 0]
    assert (reload(task).status, reload(task).attempt) == ("SUCCESS", 3)
    assert [(row.result, row.attempt) for row in task.results.all()] == [(5, 3)]
    assert [event for event in events_of(task) if event[0] != "TASK_STARTED"] == [
        ("TASK_CREATED", ""),
        ("TASK_ATTEMPT_FAILED", "Attempt 1 of 3 failed: simulated failure."),
        ("TASK_ATTEMPT_FAILED", "Attempt 2 of 3 failed: simulated failure."),
        ("TASK_SUCCEEDED", ""),
    ]


def test_task_fails_when_its_last_attempt_fails(make_task):
    task = make_task(fail_attempts=5, max_attempts=2)

    run_all()
    run_next_attempt()

    message = "Attempt 2 of 2 failed: simulated failure."
    assert (reload(task).status, reload(task).failed_message) == ("FAILED", message)
    assert task.results.count() == 0
    assert events_of(task)[-1] == ("TASK_FAILED", message)


def test_first_attempts_of_each_run_fail(make_task):
    task = make_task(fail_attempts=1, max_attempts=1)
    run_all()
    tasks.retry_task(task.pk)

    run_all()

    assert (reload(task).status, reload(task).run, reload(task).attempt) == ("FAILED", 2, 1)


def test_attempts_of_a_scheduled_task_fail_on_purpose(make_schedule):
    schedule = make_schedule(fail_attempts=1, max_attempts=2, retry_backoff_ms=0)
    schedules.trigger_schedule(schedule.pk)

    run_all()

    assert (schedule.task.status, schedule.task.attempt) == ("SUCCESS", 2)


def test_attempt_fails_after_the_duration_of_the_task(make_task):
    make_task(fail_attempts=1, max_attempts=1, duration_ms=50)

    run_all()

    [run_ms] = ClusterEvent.objects.get(kind="TASK_FAILED").runs_ms
    assert run_ms >= 50


def test_failed_attempt_of_a_task_whose_cancellation_is_requested_cancels_it(make_task):
    task = make_task(fail_attempts=1)
    claimed = claim()
    tasks.cancel_task(task.pk)

    complete(claimed)

    assert (reload(task).status, reload(task).failed_message) == ("CANCELLED", "Cancelled")
    assert kinds()[2:] == ["TASK_CANCEL_REQUESTED", "TASK_CANCELLED"]


def test_failed_attempt_that_lost_its_lease_is_fenced(make_task):
    task = make_task(fail_attempts=1)
    late = outcomes(claim(message="message-1"))
    expire_leases()
    recovery.requeue_expired(10)
    [again] = claim(message="message-2")

    assert execution.complete(late, node="node-1@here") == []
    assert (reload(task).status, reload(task).attempt) == ("RUNNING", 2)

    assert [each.status for each in complete([again])] == ["SUCCESS"]


def test_failed_attempts_of_a_batch_do_not_stop_the_others(make_task):
    failing = [make_task(fail_attempts=1), make_task(fail_attempts=1)]
    last = make_task(fail_attempts=1, max_attempts=1)
    cancelled, succeeding = make_task(fail_attempts=1), make_task()
    claimed = claim()
    tasks.cancel_task(cancelled.pk)

    assert len(complete(claimed)) == len(claimed) == 5

    assert [reload(task).status for task in (*failing, last, cancelled, succeeding)] == [
        *("PENDING", "PENDING", "FAILED", "CANCELLED", "SUCCESS"),
    ]
    failed = ClusterEvent.objects.get(kind="TASK_ATTEMPT_FAILED")
    assert sorted(failed.task_ids) == sorted(task.pk for task in failing)
    assert (failed.node.name, failed.attempts, failed.waits_ms) == ("node-1@here", [1, 1], [])
    assert TaskResult.objects.get().task == succeeding
