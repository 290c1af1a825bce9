"""When the next task is due."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tasks_app.models import Task
from tasks_app.services import queues
from tasks_app.sql import due
from tests.conftest import reload
from tests.support.working import claim, ids, run_all

pytestmark = pytest.mark.django_db


def test_task_is_not_claimed_before_it_is_due(make_task, node):
    make_task(run_at=timezone.now() + timedelta(hours=1), priority=9)
    task = make_task(priority=1)

    assert ids(claim()) == [task.pk]
    assert claim(message="message-2") == []


def test_node_knows_when_the_next_attempt_is_due(make_task, node):
    make_task(fail_attempts=1, retry_backoff_ms=60_000)
    run_all()

    assert claim(message="message-2") == []
    assert 0 < due.seconds_until_next(["default"]) <= 60


def test_oldest_due_task_is_found_in_every_group(make_task, node):
    queues.create_queue("reports")
    assert (due.oldest(), due.oldest_by_queue()) == (None, {})
    oldest = make_task(priority=1, slots=3, duration_ms=5)
    Task.objects.update(due_at=timezone.now() - timedelta(hours=1))
    make_task(priority=9)
    make_task(run_at=timezone.now() + timedelta(hours=1))
    of_reports = make_task(queue="reports")

    assert due.oldest_by_queue() == {
        "default": reload(oldest).due_at,
        "reports": reload(of_reports).due_at,
    }
    assert due.oldest() == reload(oldest).due_at


def test_next_due_task_of_the_nodes_queues_is_found(make_task, node):
    queues.create_queue("reports")
    make_task()
    make_task(priority=1, run_at=timezone.now() + timedelta(seconds=100))
    make_task(priority=9, run_at=timezone.now() + timedelta(seconds=200))
    make_task(queue="reports", run_at=timezone.now() + timedelta(seconds=50))

    assert 90 < due.seconds_until_next(["default"]) <= 100
    assert due.seconds_until_next(["other"]) is None
