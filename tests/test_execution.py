"""Claims and completions against the real database; the broker is not asked."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tasks_app import execution
from tasks_app.models import ClusterEvent, Queue, Task, TaskResult
from tasks_app.models.leases import WORKER_LOST_MESSAGE
from tasks_app.models.transitions import Outcome
from tasks_app.services import tasks

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("node")]


def run(*some, message="message-1"):
    return execution.execute([t.pk for t in some], node="node-1@here", celery_task_id=message)


def claim(*some, message="message-1"):
    ids = [t.pk for t in some]
    return execution.claim(ids, node="node-1@here", celery_task_id=message).tasks


def outcomes(claimed):
    return [Outcome(task.id, task.run, task.attempt, task.a + task.b) for task in claimed]


def stored(task):
    return Task.objects.get(pk=task.pk)


def kinds():
    return list(ClusterEvent.objects.values_list("kind", flat=True))


def test_tasks_of_one_message_are_claimed_added_and_completed(make_task, node):
    some = [make_task(a=i, b=10) for i in range(3)]

    assert run(*some) == 3

    assert [row.result for row in TaskResult.objects.order_by("task_id")] == [10, 11, 12]
    task = stored(some[0])
    assert (task.status, task.run, task.attempt, task.version) == ("SUCCESS", 1, 1, 3)
    assert (task.celery_task_id, task.node) == ("message-1", node)
    assert task.created_at <= task.started_at <= task.finished_at
    assert task.lease_expires_at is None
    result = task.results.get()
    assert (result.run, result.attempt, result.node) == (1, 1, node)


def test_each_step_is_one_event_for_all(make_task, node):
    some = [make_task() for _ in range(3)]

    run(*some)

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

    run(task)

    assert task.results.get().result == a + b


def test_a_message_delivered_again_does_nothing(make_task):
    task = make_task()

    assert [run(task) for _ in range(5)] == [1, 0, 0, 0, 0]

    assert task.results.count() == 1
    assert stored(task).attempt == 1
    assert kinds() == ["TASK_CREATED", "TASK_STARTED", "TASK_SUCCEEDED"]


def test_a_task_that_runs_is_not_claimed_again(make_task):
    task = make_task()
    claim(task, message="message-1")

    assert claim(task, message="message-2") == []

    assert (stored(task).attempt, stored(task).celery_task_id) == (1, "message-1")


def test_what_is_not_there_is_left_out(make_task):
    task = make_task()
    Task.objects.filter(pk=task.pk).delete()

    assert run(task) == 0


def test_a_cancelled_task_is_not_run(make_task):
    task = make_task()
    tasks.cancel_task(task.pk)

    assert run(task) == 0


def test_a_task_for_later_is_not_run_before(make_task):
    task = make_task(run_at=timezone.now() + timedelta(hours=1))

    assert run(task) == 0
    assert stored(task).status == "PENDING"


def test_a_task_of_a_paused_queue_waits(make_task):
    task = make_task()
    Queue.objects.update(paused_at=timezone.now())

    assert run(task) == 0

    Queue.objects.update(paused_at=None)
    assert run(task) == 1


def test_an_expired_task_is_not_run_and_fails(make_task):
    task = make_task(expires_at=timezone.now())

    assert run(task) == 0
    execution.expire(10)

    assert stored(task).status == "FAILED"
    assert "expires_at" in stored(task).failed_message
    assert kinds() == ["TASK_CREATED", "TASK_FAILED"]


def test_an_expired_task_can_be_retried(make_task):
    task = make_task(expires_at=timezone.now())
    execution.expire(10)

    tasks.retry_task(task.pk)
    execution.expire(10)

    assert run(task) == 1
    assert [row.run for row in task.results.all()] == [2]


def test_cancelling_a_running_task_ends_it_without_a_result(make_task):
    task = make_task()
    claimed = claim(task)

    asked = tasks.cancel_task(task.pk)
    execution.complete(outcomes(claimed), node="node-1@here")

    assert asked.status == "RUNNING"
    assert (stored(task).status, stored(task).failed_message) == ("CANCELLED", "Cancelled")
    assert task.results.count() == 0
    assert kinds()[2:] == ["TASK_CANCEL_REQUESTED", "TASK_CANCELLED"]


def test_a_sleeping_task_notices_its_cancellation(make_task, monkeypatch):
    monkeypatch.setattr(execution, "LOOK_UP_SECONDS", 0.01)
    task = make_task(duration_ms=3_600_000)
    [claimed] = claim(task)
    tasks.cancel_task(task.pk)

    execution._work(claimed)
    execution.complete(outcomes([claimed]), node="node-1@here")

    assert stored(task).status == "CANCELLED"


def expire_leases():
    Task.objects.filter(status="RUNNING").update(lease_expires_at=timezone.now())


def test_a_claim_that_ran_out_is_given_to_others(make_task, handed_over):
    task = make_task()
    claim(task)
    handed_over.clear()

    assert execution.give_back_expired(10) == 0
    expire_leases()
    assert execution.give_back_expired(10) == 1

    assert (stored(task).status, stored(task).attempt) == ("PENDING", 1)
    assert handed_over == [([str(task.pk)], "default", 5)]
    assert kinds()[2:] == ["TASK_GIVEN_BACK"]


def test_a_sleeping_task_holds_its_claim(make_task, monkeypatch):
    monkeypatch.setattr(execution, "LOOK_UP_SECONDS", 0.01)
    task = make_task(duration_ms=30)
    [claimed] = claim(task)
    expire_leases()

    assert execution._work(claimed)

    assert execution.give_back_expired(10) == 0


def test_whoever_lost_a_task_cannot_complete_it(make_task):
    task = make_task()
    late = outcomes(claim(task, message="message-1"))
    expire_leases()
    execution.give_back_expired(10)
    [again] = claim(task, message="message-2")

    assert execution.complete(late, node="node-1@here") == []
    assert stored(task).status == "RUNNING"
    assert task.results.count() == 0

    assert len(execution.complete(outcomes([again]), node="node-2@here")) == 1
    assert [row.attempt for row in task.results.all()] == [2]


def test_whoever_was_late_for_a_run_cannot_complete_the_next(make_task):
    task = make_task(max_attempts=1)
    late = outcomes(claim(task))
    expire_leases()
    execution.give_back_expired(10)
    tasks.retry_task(task.pk)
    claim(task)

    assert execution.complete(late, node="node-1@here") == []
    assert task.results.count() == 0


def test_a_task_that_loses_every_worker_fails_in_the_end(make_task, handed_over):
    task = make_task(max_attempts=3)

    for attempt in range(3):
        Task.objects.update(retry_at=None)
        claim(task, message=f"message-{attempt}")
        execution.give_back(f"message-{attempt}")

    assert (stored(task).status, stored(task).attempt) == ("FAILED", 3)
    assert stored(task).failed_message == WORKER_LOST_MESSAGE
    assert claim(task) == []
    assert kinds()[-1] == "TASK_FAILED"


def test_what_a_lost_worker_had_travels_alone_afterwards(make_task, handed_over):
    some = [make_task() for _ in range(3)]
    claim(*some)
    handed_over.clear()

    execution.give_back("message-1")

    assert sorted(handed_over) == [([str(task.pk)], "default", 5) for task in some]


def test_only_what_the_lost_message_had_is_given_back(make_task):
    lost, other = make_task(), make_task()
    claim(lost, message="lost")
    claim(other, message="other")

    execution.give_back("lost")

    assert (stored(lost).status, stored(other).status) == ("PENDING", "RUNNING")


def test_a_task_to_be_cancelled_is_cancelled_even_if_its_worker_is_lost(make_task):
    task = make_task()
    claim(task)
    tasks.cancel_task(task.pk)

    execution.give_back("message-1")

    assert stored(task).status == "CANCELLED"
