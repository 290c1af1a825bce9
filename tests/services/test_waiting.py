"""Each reason for waiting, made true and no longer true, beside what a claim then does."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tasks_app import execution
from tasks_app.models import Task, WorkerNode
from tasks_app.services import cluster, queues, waiting
from tests.conftest import reload

pytestmark = pytest.mark.django_db


def reason(task):
    explained = waiting.explain([reload(task)])
    return explained[task.pk].reason if explained else None


def claim(task, message="message-1"):
    return execution.claim([task.pk], node="node-1@here", celery_task_id=message).tasks


def is_claimed_once_told(task):
    """What is only told to wait for a slot can be claimed by a node that has one."""
    return reason(task) == "WAITING_FOR_SLOT" and bool(claim(task)) and reason(task) is None


def test_not_due(make_task, node):
    task = make_task(run_at=timezone.now() + timedelta(hours=1))
    assert (reason(task), claim(task)) == ("NOT_DUE", [])

    Task.objects.update(run_at=timezone.now())
    assert is_claimed_once_told(task)


def test_not_due_before_the_first_tick(make_schedule, node):
    assert reason(make_schedule().task) == "NOT_DUE"


def test_retry_wait(make_task, node):
    task = make_task(max_attempts=5)
    for number in range(2):
        claim(task, f"message-{number}")
        execution.give_back(f"message-{number}")
    assert (reason(task), claim(task)) == ("RETRY_WAIT", [])

    Task.objects.update(retry_at=timezone.now())
    assert is_claimed_once_told(task)


def test_queue_paused(make_task, node):
    task = make_task()
    queues.pause_queue("default", note="the network is down")
    assert (reason(task), claim(task)) == ("QUEUE_PAUSED", [])
    assert "the network is down" in waiting.explain([task])[task.pk].message

    queues.resume_queue("default")
    assert is_claimed_once_told(task)


@pytest.mark.parametrize("change", [{"connection": "OFFLINE"}, {"queues": ["reports"]}], ids=str)
def test_no_node_for_queue(make_task, node, change):
    task = make_task()
    WorkerNode.objects.update(**change)
    assert (reason(task), claim(task)) == ("NO_NODE_FOR_QUEUE", [])

    WorkerNode.objects.update(connection="ONLINE", queues=["default"])
    assert is_claimed_once_told(task)


def test_nodes_paused(make_task, node):
    task = make_task()
    for order in (cluster.pause_node, cluster.drain_node):
        order(node.name)
        assert (reason(task), claim(task)) == ("NODES_PAUSED", [])

    cluster.resume_node(node.name)
    assert is_claimed_once_told(task)


def test_too_large(make_task, node):
    task = make_task(slots=3)
    assert (reason(task), claim(task)) == ("TOO_LARGE", [])

    WorkerNode.objects.update(slots=3)
    assert is_claimed_once_told(task)


def test_queue_limit(make_task, node):
    queues.update_queue("default", running_limit=1)
    running, task = make_task(), make_task()
    claim(running)
    assert (reason(task), claim(task, "message-2")) == ("QUEUE_LIMIT", [])

    queues.update_queue("default", running_limit=2)
    assert is_claimed_once_told(task)


def test_waiting_for_slot(make_task, node):
    for number in range(2):
        claim(make_task(), f"busy-{number}")
    task = make_task()
    assert (reason(task), claim(task)) == ("WAITING_FOR_SLOT", [])

    execution.give_back("busy-0")
    assert is_claimed_once_told(task)


def test_what_does_not_wait_has_no_reason(make_task, node):
    task = make_task()
    claim(task)

    assert waiting.explain([reload(task)]) == {}


def test_those_come_first_that_are_more_urgent_or_older(make_task, node):
    first, second = make_task(), make_task()
    urgent, low = make_task(priority=9), make_task(priority=1)
    make_task(priority=9, run_at=timezone.now() + timedelta(hours=1))
    queues.create_queue("reports")
    make_task(priority=9, queue="reports")

    places = waiting.ahead([first, second, urgent, low])

    assert places == {first.pk: 1, second.pk: 2, urgent.pk: 0, low.pk: 3}
