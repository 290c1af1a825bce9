"""An attempt: claim, run, store. The broker is not asked."""

import pytest
from django.utils import timezone

from tasks_app import execution, recovery
from tasks_app.models import ClusterEvent, TaskResult
from tasks_app.services import tasks
from tests.conftest import reload
from tests.support.working import claim, complete, kinds, run_all

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("node")]


def test_batch_is_claimed_added_and_stored(make_task, node):
    some = [make_task(a=i, b=10) for i in range(3)]

    assert run_all() == 3

    assert [row.result for row in TaskResult.objects.order_by("task_id")] == [10, 11, 12]
    task = reload(some[0])
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
    assert reload(task).attempt == 1
    assert kinds() == ["TASK_CREATED", "TASK_STARTED", "TASK_SUCCEEDED"]


def test_running_task_is_not_claimed_again(make_task):
    task = make_task()
    claim(message="message-1")

    assert claim(message="message-2") == []

    assert (reload(task).attempt, reload(task).celery_task_id) == (1, "message-1")


def test_cancelled_task_is_not_run(make_task):
    task = make_task()
    tasks.cancel_task(task.pk)

    assert run_all() == 0


def test_expired_task_fails_without_running(make_task):
    task = make_task(expires_at=timezone.now())

    assert run_all() == 0
    recovery.expire(10)

    assert reload(task).status == "FAILED"
    assert "expires_at" in reload(task).failed_message
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
    assert (reload(task).status, reload(task).failed_message) == ("CANCELLED", "Cancelled")
    assert task.results.count() == 0
    assert kinds()[2:] == ["TASK_CANCEL_REQUESTED", "TASK_CANCELLED"]


def test_running_task_notices_its_cancellation(make_task, monkeypatch):
    monkeypatch.setattr(execution, "RENEW_SECONDS", 0.01)
    task = make_task(duration_ms=3_600_000)
    [claimed] = claim()
    tasks.cancel_task(task.pk)

    execution._work(claimed)
    complete([claimed])

    assert reload(task).status == "CANCELLED"
