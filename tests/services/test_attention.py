"""What needs an operator's attention: each rule, when it holds and when it no longer does."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tasks_app import recovery, stats
from tasks_app.models import GaugePeriod, ScheduleTick, Task, WorkerNode
from tasks_app.services import attention, nodes, queues
from tasks_app.services.nodes import heartbeats
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
    monkeypatch.setattr(heartbeats, "SILENCE_SECONDS", 1)
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


def sample(minutes, *backlogs):
    """Store a backlog, as tasks and the seconds that the oldest waited, a number of minutes ago."""
    this_minute = timezone.now().replace(second=0, microsecond=0)
    at = this_minute - timedelta(minutes=1 + minutes)
    common = {"seconds": 60, "at": at, "samples": 2, "busy_slots": 0, "slots": 0}
    GaugePeriod.objects.create(**common, pending=0, oldest_wait_ms=0)
    for pending, waited in backlogs:
        ms = 1_000 * waited
        GaugePeriod.objects.create(
            **common, queue="default", pending=2 * pending, oldest_wait_ms=2 * ms
        )


def test_backlog_that_grows_in_both_halves_of_the_window(node):
    sample(10, (1_000, 20))
    sample(5, (2_000, 50))
    sample(0, (3_400, 90))

    [item] = attention.find()
    assert (item.kind, item.queue, item.count) == ("BACKLOG_GROWING", "default", 3_400)
    assert item.message == (
        "In the last 10 minutes, the backlog of queue default grew from 1,000 to 3,400 tasks,"
        " and its oldest due task waited 90 s instead of 20 s."
    )


def test_backlog_that_grows_from_nothing(node):
    sample(10)
    sample(5, (100, 50))
    sample(0, (300, 90))
    assert kinds() == ["BACKLOG_GROWING"]


@pytest.mark.parametrize(
    "backlogs",
    [
        [(0, 0), (5_000, 200), (4_000, 500)],
        [(5_000, 200), (4_000, 500), (6_000, 800)],
        [(100, 200), (200, 100), (300, 300)],
        [(1, 1), (2, 2), (3, 3)],
    ],
    ids=["burst", "two bursts", "older tasks start", "short waits"],
)
def test_backlog_that_does_not_grow_all_the_time(node, backlogs):
    for minutes, backlog in zip((10, 5, 0), backlogs, strict=True):
        sample(minutes, backlog)
    assert kinds() == []


def test_backlog_without_samples_of_the_whole_window(node):
    sample(5, (100, 50))
    sample(0, (300, 90))
    assert kinds() == []


def test_backlog_of_a_paused_queue_has_one_item(make_task, node):
    sample(10, (1_000, 20))
    sample(5, (2_000, 50))
    sample(0, (3_400, 90))
    make_task()
    queues.pause_queue("default")
    assert kinds() == ["QUEUE_PAUSED"]


def test_sample_of_a_backlog_has_the_wait_of_its_oldest_task(make_task, node):
    for seconds in (30, 100):
        task = make_task()
        Task.objects.filter(pk=task.pk).update(due_at=timezone.now() - timedelta(seconds=seconds))
    stats.take_sample()

    for row in GaugePeriod.objects.filter(queue="default"):
        assert 100_000 <= row.oldest_wait_ms < 130_000
    assert GaugePeriod.objects.filter(queue="default", seconds=60).count() == 1


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
