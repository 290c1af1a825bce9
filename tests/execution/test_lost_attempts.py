"""Attempts whose lease expires or whose process is lost: they are fenced, and repeated."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tasks_app import execution, recovery
from tasks_app.models import Task
from tasks_app.services import tasks
from tasks_app.sql.tasks import leases
from tasks_app.sql.tasks.leases import WORKER_LOST_MESSAGE
from tests.conftest import reload
from tests.support.working import claim, expire_leases, kinds, outcomes

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("node")]


def test_expired_lease_requeues_task(make_task, woken):
    task = make_task()
    claim()
    woken.clear()

    assert recovery.requeue_expired(10) == 0
    expire_leases()
    assert recovery.requeue_expired(10) == 1

    assert (reload(task).status, reload(task).attempt) == ("PENDING", 1)
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
    assert reload(task).status == "RUNNING"
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

    assert (reload(task).status, reload(task).attempt) == ("FAILED", 3)
    assert reload(task).failed_message == WORKER_LOST_MESSAGE
    assert claim() == []
    assert kinds()[-1] == "TASK_FAILED"


def test_only_the_tasks_of_the_lost_message_are_requeued(make_task):
    lost = make_task()
    claim(message="lost")
    other = make_task()
    claim(message="other")

    recovery.requeue_claimed_by("lost")

    assert (reload(lost).status, reload(other).status) == ("PENDING", "RUNNING")


def test_lost_task_whose_cancellation_is_requested_is_cancelled(make_task):
    task = make_task()
    claim()
    tasks.cancel_task(task.pk)

    recovery.requeue_claimed_by("message-1")

    assert reload(task).status == "CANCELLED"
