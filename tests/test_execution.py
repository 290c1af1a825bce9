"""What a process of a node does: claim, run, store, again. The broker is not asked."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tasks_app import dispatch, execution, recovery
from tasks_app.models import (
    ClusterEvent,
    Queue,
    Task,
    TaskResult,
    WorkerNode,
)
from tasks_app.services import nodes, queues, schedules, tasks
from tasks_app.sql import leases
from tasks_app.sql.leases import WORKER_LOST_MESSAGE
from tests.support.working import claim, complete, run_all

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("node")]


def outcomes(claimed):
    return [execution.outcome_of(task) for task in claimed]


def stored(task):
    return Task.objects.get(pk=task.pk)


def kinds():
    return list(ClusterEvent.objects.values_list("kind", flat=True))


class Run:
    """One run of a process, and what it asked of others."""

    def __init__(self, node="node-1@here", *, until=None):
        self.wanted = []
        self.looks = 0
        self._until = until
        self.completed = execution.run(
            node,
            celery_task_id="message-1",
            wake_node=self.wanted.append,
            is_stopping=self._is_stopping,
        )

    def _is_stopping(self):
        self.looks += 1
        return self._until is not None and self.looks > self._until


def test_process_claims_until_nothing_fits(make_task):
    for _ in range(3):
        make_task(duration_ms=1)
    make_task()

    assert Run().completed == 4
    assert not Task.objects.exclude(celery_task_id="message-1").exists()


def test_process_stops_between_claims_when_the_node_stops(make_task):
    for _ in range(3):
        make_task(duration_ms=1)

    assert Run(until=1).completed == 1
    assert Task.objects.filter(status="PENDING").count() == 2


def test_process_returns_after_its_time_slice_and_asks_for_another_one(make_task, monkeypatch):
    monkeypatch.setattr(execution, "TIME_SLICE_SECONDS", 0)
    for _ in range(3):
        make_task(duration_ms=1)

    run = Run()

    assert run.completed == 1
    assert run.wanted[-1] == 1


COMMANDS = {
    "pause node": lambda: nodes.pause_node("node-1@here"),
    "drain node": lambda: nodes.drain_node("node-1@here"),
    "assign node": lambda: nodes.assign_node("node-1@here", queues=[]),
    "pause queue": lambda: queues.pause_queue("default"),
}


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_command_takes_effect_before_the_next_claim(make_task, node, monkeypatch, command):
    first, second = make_task(duration_ms=1), make_task(duration_ms=1)
    work = execution._work

    def change_meanwhile(task):
        command()
        return work(task)

    monkeypatch.setattr(execution, "_work", change_meanwhile)

    assert Run().completed == 1
    assert {stored(first).status, stored(second).status} == {"SUCCESS", "PENDING"}


def test_process_wakes_others_of_its_node_while_more_fits(make_task):
    WorkerNode.objects.update(slots=3)
    make_task(duration_ms=1)
    assert Run().wanted == []

    for _ in range(3):
        make_task(duration_ms=1)
    assert Run().wanted == [2, 1]


def test_process_wakes_no_other_when_the_node_is_full(make_task):
    make_task(slots=2, duration_ms=1)
    make_task(slots=2, duration_ms=1)

    assert Run().wanted == []


def test_wake_up_is_published_for_what_a_node_leaves(make_task, woken):
    make_task(duration_ms=1)
    woken.clear()
    Run()
    assert woken == []

    for _ in range(2):
        make_task(duration_ms=1)
    woken.clear()
    Run()
    assert woken == ["default"]


def test_node_that_can_run_what_this_one_cannot_is_woken_by_name(make_task, node, monkeypatch):
    refreshed = []
    monkeypatch.setattr(dispatch, "refresh", lambda names: refreshed.extend(names))
    other = WorkerNode.objects.get()
    other.pk, other.name, other.slots = Queue().pk, "node-2@here", 4
    other.save()
    make_task(slots=3)

    assert Run().completed == 0
    assert refreshed == ["node-2@here"]


def test_batch_is_claimed_added_and_stored(make_task, node):
    some = [make_task(a=i, b=10) for i in range(3)]

    assert run_all() == 3

    assert [row.result for row in TaskResult.objects.order_by("task_id")] == [10, 11, 12]
    task = stored(some[0])
    assert (task.status, task.run, task.attempt, task.version) == ("SUCCESS", 1, 1, 3)
    assert (task.celery_task_id, task.node) == ("message-1", node)
    assert task.created_at <= task.started_at <= task.finished_at
    assert task.lease_expires_at is None
    result = task.results.get()
    assert (result.run, result.attempt, result.node) == (1, 1, node)


def test_each_step_of_a_batch_is_one_event(make_task, node):
    some = [make_task() for _ in range(3)]

    run_all()

    started, succeeded = ClusterEvent.objects.filter(task_ids__len=3).order_by("id")
    assert (started.kind, started.node, started.versions) == ("TASK_STARTED", node, [2, 2, 2])
    assert (succeeded.kind, succeeded.attempts) == ("TASK_SUCCEEDED", [1, 1, 1])
    assert sorted(succeeded.task_ids) == sorted(task.pk for task in some)


@pytest.mark.parametrize(
    ("a", "b"),
    [(2**63 - 1, 2**63 - 1), (-(2**63), -(2**63)), (2**63 - 1, -(2**63)), (2**53, 1), (0, 0)],
)
def test_sums_are_exact(make_task, a, b):
    task = make_task(a=a, b=b)

    run_all()

    assert task.results.get().result == a + b


def test_wake_up_that_comes_again_changes_nothing(make_task):
    task = make_task()

    assert [run_all() for _ in range(5)] == [1, 0, 0, 0, 0]

    assert task.results.count() == 1
    assert stored(task).attempt == 1
    assert kinds() == ["TASK_CREATED", "TASK_STARTED", "TASK_SUCCEEDED"]


def test_running_task_is_not_claimed_again(make_task):
    task = make_task()
    claim(message="message-1")

    assert claim(message="message-2") == []

    assert (stored(task).attempt, stored(task).celery_task_id) == (1, "message-1")


def test_cancelled_task_is_not_run(make_task):
    task = make_task()
    tasks.cancel_task(task.pk)

    assert run_all() == 0


def test_expired_task_fails_without_running(make_task):
    task = make_task(expires_at=timezone.now())

    assert run_all() == 0
    recovery.expire(10)

    assert stored(task).status == "FAILED"
    assert "expires_at" in stored(task).failed_message
    assert kinds() == ["TASK_CREATED", "TASK_FAILED"]


def test_expired_task_can_be_retried(make_task):
    task = make_task(expires_at=timezone.now())
    recovery.expire(10)

    tasks.retry_task(task.pk)
    recovery.expire(10)

    assert run_all() == 1
    assert [row.run for row in task.results.all()] == [2]


def test_running_task_that_is_cancelled_ends_without_a_result(make_task):
    task = make_task()
    claimed = claim()

    asked = tasks.cancel_task(task.pk)
    complete(claimed)

    assert asked.status == "RUNNING"
    assert (stored(task).status, stored(task).failed_message) == ("CANCELLED", "Cancelled")
    assert task.results.count() == 0
    assert kinds()[2:] == ["TASK_CANCEL_REQUESTED", "TASK_CANCELLED"]


def test_running_task_notices_its_cancellation(make_task, monkeypatch):
    monkeypatch.setattr(execution, "RENEW_SECONDS", 0.01)
    task = make_task(duration_ms=3_600_000)
    [claimed] = claim()
    tasks.cancel_task(task.pk)

    execution._work(claimed)
    complete([claimed])

    assert stored(task).status == "CANCELLED"


def expire_leases():
    Task.objects.filter(status="RUNNING").update(lease_expires_at=timezone.now())


def test_expired_lease_requeues_task(make_task, woken):
    task = make_task()
    claim()
    woken.clear()

    assert recovery.requeue_expired(10) == 0
    expire_leases()
    assert recovery.requeue_expired(10) == 1

    assert (stored(task).status, stored(task).attempt) == ("PENDING", 1)
    assert woken == ["default"]
    assert kinds()[2:] == ["TASK_REQUEUED"]


def test_running_task_renews_its_lease(make_task, monkeypatch):
    monkeypatch.setattr(execution, "RENEW_SECONDS", 0.01)
    make_task(duration_ms=30)
    [claimed] = claim()
    expire_leases()

    assert execution._work(claimed)

    assert recovery.requeue_expired(10) == 0


def test_attempt_that_lost_its_lease_is_fenced(make_task):
    task = make_task()
    late = outcomes(claim(message="message-1"))
    expire_leases()
    recovery.requeue_expired(10)
    [again] = claim(message="message-2")

    assert execution.complete(late, node="node-1@here") == []
    assert stored(task).status == "RUNNING"
    assert task.results.count() == 0

    assert len(execution.complete(outcomes([again]), node="node-2@here")) == 1
    assert [row.attempt for row in task.results.all()] == [2]


def test_lost_attempt_does_not_renew_the_lease_of_the_next_one(make_task):
    task = make_task()
    claim(message="message-1")
    expire_leases()
    recovery.requeue_expired(10)
    claim(message="message-2")
    minute = timedelta(minutes=1)

    assert leases.renew(task.pk, run=1, attempt=1, lease=minute) is None
    assert leases.renew(task.pk, run=1, attempt=2, lease=minute) is False


def test_attempt_of_an_earlier_run_is_fenced(make_task):
    task = make_task(max_attempts=1)
    late = outcomes(claim())
    expire_leases()
    recovery.requeue_expired(10)
    tasks.retry_task(task.pk)
    claim()

    assert execution.complete(late, node="node-1@here") == []
    assert task.results.count() == 0


def test_task_fails_when_its_last_attempt_is_lost(make_task):
    task = make_task(max_attempts=3)

    for attempt in range(3):
        Task.objects.update(due_at=timezone.now())
        claim(message=f"message-{attempt}")
        recovery.requeue_claimed_by(f"message-{attempt}")

    assert (stored(task).status, stored(task).attempt) == ("FAILED", 3)
    assert stored(task).failed_message == WORKER_LOST_MESSAGE
    assert claim() == []
    assert kinds()[-1] == "TASK_FAILED"


def test_only_the_tasks_of_the_lost_message_are_requeued(make_task):
    lost = make_task()
    claim(message="lost")
    other = make_task()
    claim(message="other")

    recovery.requeue_claimed_by("lost")

    assert (stored(lost).status, stored(other).status) == ("PENDING", "RUNNING")


def test_lost_task_whose_cancellation_is_requested_is_cancelled(make_task):
    task = make_task()
    claim()
    tasks.cancel_task(task.pk)

    recovery.requeue_claimed_by("message-1")

    assert stored(task).status == "CANCELLED"


def run_next_attempt():
    Task.objects.filter(status="PENDING").update(due_at=timezone.now())
    return run_all()


def events_of(task):
    found = ClusterEvent.objects.filter(task_ids__contains=[task.pk]).order_by("id")
    return list(found.values_list("kind", "message"))


def test_first_attempts_fail_on_purpose_and_the_next_one_succeeds(make_task):
    task = make_task(fail_attempts=2)

    run_all()

    assert (stored(task).status, stored(task).attempt) == ("PENDING", 1)
    assert (stored(task).started_at, stored(task).lease_expires_at) == (None, None)
    assert (stored(task).failed_message, stored(task).version) == ("", 3)
    assert [run_next_attempt() for _ in range(3)] == [1, 1, 0]
    assert (stored(task).status, stored(task).attempt) == ("SUCCESS", 3)
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
    assert (stored(task).status, stored(task).failed_message) == ("FAILED", message)
    assert task.results.count() == 0
    assert events_of(task)[-1] == ("TASK_FAILED", message)


def test_first_attempts_of_each_run_fail(make_task):
    task = make_task(fail_attempts=1, max_attempts=1)
    run_all()
    tasks.retry_task(task.pk)

    run_all()

    assert (stored(task).status, stored(task).run, stored(task).attempt) == ("FAILED", 2, 1)


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

    assert (stored(task).status, stored(task).failed_message) == ("CANCELLED", "Cancelled")
    assert kinds()[2:] == ["TASK_CANCEL_REQUESTED", "TASK_CANCELLED"]


def test_failed_attempt_that_lost_its_lease_is_fenced(make_task):
    task = make_task(fail_attempts=1)
    late = outcomes(claim(message="message-1"))
    expire_leases()
    recovery.requeue_expired(10)
    [again] = claim(message="message-2")

    assert execution.complete(late, node="node-1@here") == []
    assert (stored(task).status, stored(task).attempt) == ("RUNNING", 2)

    assert [each.status for each in complete([again])] == ["SUCCESS"]


def test_failed_attempts_of_a_batch_do_not_stop_the_others(make_task):
    failing = [make_task(fail_attempts=1), make_task(fail_attempts=1)]
    last = make_task(fail_attempts=1, max_attempts=1)
    cancelled, succeeding = make_task(fail_attempts=1), make_task()
    claimed = claim()
    tasks.cancel_task(cancelled.pk)

    assert len(complete(claimed)) == len(claimed) == 5

    assert [stored(task).status for task in (*failing, last, cancelled, succeeding)] == [
        *("PENDING", "PENDING", "FAILED", "CANCELLED", "SUCCESS"),
    ]
    failed = ClusterEvent.objects.get(kind="TASK_ATTEMPT_FAILED")
    assert sorted(failed.task_ids) == sorted(task.pk for task in failing)
    assert (failed.node.name, failed.attempts, failed.waits_ms) == ("node-1@here", [1, 1], [])
    assert TaskResult.objects.get().task == succeeding
