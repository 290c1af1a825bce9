"""When an attempt is repeated: back-offs, requeued tasks and retries."""

import pytest
from django.utils import timezone

from tasks_app import execution, recovery
from tasks_app.models import Task
from tasks_app.services import tasks
from tests.conftest import reload
from tests.support.working import claim, complete, ids, run_all

pytestmark = pytest.mark.django_db


def test_lost_attempt_is_repeated_at_once_and_a_second_one_after_a_backoff(make_task, node):
    task = make_task(max_attempts=5)
    due_at, pauses = reload(task).due_at, []
    for number in range(4):
        Task.objects.update(due_at=due_at)
        claim(message=f"message-{number}")
        recovery.requeue_claimed_by(f"message-{number}")
        pause = reload(task).due_at - timezone.now()
        pauses.append(max(0, round(pause.total_seconds())))
        assert (pauses[-1] == 0) == (reload(task).due_at == due_at)
        assert pauses[-1] == 0 or claim() == []

    assert pauses == [0, 2, 4, 8]


def pauses_between_attempts(task, end_attempt):
    """Return the seconds that a task waits after each attempt that ends in this way."""
    pauses = []
    while reload(task).status == "PENDING":
        Task.objects.update(due_at=timezone.now())
        end_attempt(claim())
        if reload(task).status == "PENDING":
            pauses.append((reload(task).due_at - timezone.now()).total_seconds())
    return [max(0, round(pause)) for pause in pauses]


def lose(claimed):
    recovery.requeue_claimed_by("message-1")


def test_failed_attempt_is_repeated_after_a_backoff_that_doubles(make_task, node):
    task = make_task(fail_attempts=9, max_attempts=9)

    assert pauses_between_attempts(task, complete) == [1, 2, 4, 8, 16, 32, 60, 60]


def test_backoff_of_the_task_applies_to_failed_and_to_lost_attempts(make_task, node):
    options = {"max_attempts": 4, "retry_backoff_ms": 20_000}
    failing = make_task(fail_attempts=4, **options)
    assert pauses_between_attempts(failing, complete) == [20, 40, 60]

    lost = make_task(**options)
    assert pauses_between_attempts(lost, lose) == [0, 40, 60]


def test_failed_attempt_without_a_backoff_is_repeated_at_once(make_task, node, monkeypatch):
    monkeypatch.setattr(execution, "TIME_SLICE_SECONDS", 3600)
    task = make_task(fail_attempts=99, max_attempts=100, retry_backoff_ms=0)

    run_all()

    assert (reload(task).status, reload(task).attempt) == ("SUCCESS", 100)


def test_requeued_task_keeps_its_place_and_runs_alone(make_task, node):
    lost = make_task()
    claim(message="message-1")
    others = [make_task() for _ in range(3)]
    recovery.requeue_claimed_by("message-1")

    assert ids(claim(message="message-2")) == [lost.pk]
    assert sorted(ids(claim(message="message-3"))) == sorted(ids(others))


def test_retry_starts_without_a_backoff(make_task, node):
    task = make_task(max_attempts=1)
    claim()
    recovery.requeue_claimed_by("message-1")
    assert reload(task).status == "FAILED"

    tasks.retry_task(task.pk)

    assert len(claim(message="message-2")) == 1
