"""What needs an operator's attention: each rule, when it holds and when it no longer does."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tasks_app import recovery
from tasks_app.models import ScheduleTick, Task, WorkerNode
from tasks_app.services import attention, nodes, queues
from tests.support.working import claim, complete

pytestmark = pytest.mark.django_db


def kinds():
    return [item.kind for item in attention.find()]


def test_healthy_cluster_needs_none(make_task, node):
    make_task()
    assert attention.find() == []


def test_task_larger_than_every_node(make_task, node):
    make_task(slots=16)
    make_task(slots=16)
    make_task()

    [item] = attention.find()
    assert (item.kind, item.queue, item.slots, item.count) == ("TOO_LARGE", "default", 16, 2)
    assert item.message == "The task needs 16 slots; the largest node has 2."

    WorkerNode.objects.update(slots=16)
    assert attention.find() == []


def test_paused_queue_with_pending_tasks(make_task, node):
    queues.pause_queue("default", note="maintenance")
    assert attention.find() == []

    make_task()
    make_task(slots=2)
    [item] = attention.find()
    assert (item.kind, item.queue, item.count) == ("QUEUE_PAUSED", "default", 2)
    assert "maintenance" in item.message

    queues.resume_queue("default")
    assert attention.find() == []


def test_queue_that_no_node_serves(make_task, node):
    queues.create_queue("reports")
    make_task(queue="reports")

    [item] = attention.find()
    assert (item.kind, item.queue, item.count) == ("NO_NODE_FOR_QUEUE", "reports", 1)


def test_every_node_paused(make_task, node):
    make_task()
    nodes.pause_node(node.name)
    assert kinds() == ["NODES_PAUSED"]

    nodes.resume_node(node.name)
    assert kinds() == []


def test_lost_node_until_it_comes_back(node, monkeypatch):
    monkeypatch.setattr(nodes, "SILENCE_SECONDS", 1)
    WorkerNode.objects.update(heartbeat_at=timezone.now() - timedelta(seconds=2))
    nodes.mark_silent_nodes_offline()

    [item] = attention.find()
    assert (item.kind, item.node) == ("NODE_LOST", node)

    nodes.heartbeat(node.name, pid=2, slots=2, queues=["default"], host="here")
    assert kinds() == []


def test_node_that_stopped_by_itself_is_not_lost(node):
    nodes.node_offline(node.name)
    assert kinds() == []


def test_free_slot_that_starts_no_task(make_task, node):
    make_task()
    Task.objects.update(due_at=timezone.now() - timedelta(seconds=60))
    assert kinds() == ["SLOTS_IDLE"]

    complete(claim())
    assert kinds() == []


def test_large_task_that_waits_for_its_reservation_leaves_no_slot_idle(make_task, node):
    make_task(duration_ms=60_000)
    claim()
    make_task(slots=2)
    Task.objects.filter(status="PENDING").update(due_at=timezone.now() - timedelta(seconds=60))

    assert kinds() == []


def fail(make_task, count):
    """Tasks whose only attempt is lost with its process."""
    for _ in range(count):
        make_task(max_attempts=1)
    claim(message="lost")
    recovery.requeue_claimed_by("lost")


def test_failing_tasks(make_task, node):
    fail(make_task, attention.FAILURES_MIN)

    [item] = attention.find()
    assert (item.kind, item.queue, item.count) == ("TASKS_FAILING", "default", 5)
    assert item.message == "100 % of the runs in queue default failed in the last five minutes."


def test_few_failures_among_many_runs(make_task, node):
    fail(make_task, attention.FAILURES_MIN)
    for _ in range(30):
        make_task()
    complete(claim())

    assert kinds() == []


def test_missed_ticks_of_the_last_hour(make_schedule):
    schedule = make_schedule(a=1, b=-2, interval=300)
    tick = ScheduleTick.objects.create(
        schedule=schedule, nominal_at=timezone.now(), outcome="MISSED", count=7
    )

    [item] = attention.find()
    assert (item.kind, item.schedule, item.count) == ("TICKS_MISSED", schedule, 7)
    assert item.message == (
        "The schedule 1 + (-2) every 5 minutes missed 7 scheduled times in the last hour."
    )

    ScheduleTick.objects.update(count=1)
    [item] = attention.find()
    assert "missed 1 scheduled time in" in item.message

    ScheduleTick.objects.filter(pk=tick.pk).update(created_at=timezone.now() - timedelta(hours=2))
    assert kinds() == []
