"""The reconciler: silent nodes, expired tasks, retention."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tasks_app import reconciler, ticking
from tasks_app.models import (
    ClusterEvent,
    StatsWatermark,
    Task,
    TaskResult,
    WorkerNode,
)
from tasks_app.models.base import uuid7_floor
from tasks_app.services import nodes, tasks
from tasks_app.services.nodes import heartbeats
from tests.support.working import claim

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("node")]


def test_all_expired_tasks_fail_in_one_pass(make_task, monkeypatch):
    monkeypatch.setattr(reconciler, "BATCH", 2)
    for _ in range(5):
        make_task(expires_at=timezone.now())

    reconciler.reconcile()

    assert Task.objects.filter(status="FAILED").count() == 5


def test_all_expired_leases_are_requeued_in_one_pass(make_task, monkeypatch):
    monkeypatch.setattr(reconciler, "BATCH", 2)
    for _ in range(5):
        make_task()
    claim()
    Task.objects.update(lease_expires_at=timezone.now())

    reconciler.reconcile()

    assert Task.objects.filter(status="PENDING").count() == 5


@pytest.fixture
def short_silence(monkeypatch):
    """Shorter than the uptime of the test database: until then no node counts as silent."""
    monkeypatch.setattr(heartbeats, "SILENCE_SECONDS", 1)


def test_silent_node_goes_offline_and_comes_back(node, short_silence):
    node.delete()
    facts = {"host": "here", "pid": 7, "slots": 2, "queues": ["default"]}
    nodes.heartbeat("node-1@here", **facts)
    reconciler.reconcile()
    assert WorkerNode.objects.get().connection == "ONLINE"

    WorkerNode.objects.update(heartbeat_at=timezone.now() - timedelta(seconds=11))
    reconciler.reconcile()
    reconciler.reconcile()
    assert WorkerNode.objects.get().connection == "OFFLINE"

    nodes.heartbeat("node-1@here", **facts)
    nodes.heartbeat("node-1@here", **facts)
    assert WorkerNode.objects.get().connection == "ONLINE"
    assert list(ClusterEvent.objects.values_list("kind", flat=True)) == [
        "NODE_ONLINE",
        "NODE_OFFLINE",
        "NODE_ONLINE",
    ]


def aged(task, days):
    """The task as it would be if all of it had happened some days earlier."""
    then = timezone.now() - timedelta(days=days)
    id = type(task.pk)(int=uuid7_floor(then).int | task.pk.int & (1 << 76) - 1)
    TaskResult.objects.filter(task=task).delete()
    finished_at = then if task.is_terminal else None
    Task.objects.filter(pk=task.pk).update(id=id, created_at=then, finished_at=finished_at)
    if task.status == "SUCCESS":
        TaskResult.objects.create(task_id=id, result=5)
    return id


def test_only_old_finished_tasks_are_deleted(make_task, node):
    running = make_task()
    claim()
    old, recent, waiting = (make_task() for _ in range(3))
    for task in (old, recent):
        task.mark_as_successfull(5)
    aged(old, days=31)
    kept = {aged(recent, days=29), aged(waiting, days=99), aged(running, days=99)}

    reconciler.prune()

    assert set(Task.objects.values_list("pk", flat=True)) == kept
    assert TaskResult.objects.count() == 1


def test_task_of_a_schedule_is_not_deleted(make_schedule):
    schedule = make_schedule()
    ticking.trigger(schedule.pk)
    tasks.cancel_task(schedule.task.pk)
    kept = aged(Task.objects.get(), days=99)

    reconciler.prune()

    assert Task.objects.get().pk == kept


def test_no_transaction_deletes_more_than_a_batch(make_task, monkeypatch):
    monkeypatch.setattr(reconciler, "BATCH", 2)
    for _ in range(5):
        (task := make_task()).mark_as_successfull(5)
        aged(task, days=31)

    reconciler.prune()

    pruned = ClusterEvent.objects.filter(kind="TASK_PRUNED").order_by("id")
    assert [len(line.task_ids) for line in pruned] == [2, 2, 1]
    assert not Task.objects.exists()


def test_old_events_are_deleted(make_task):
    make_task()
    make_task()
    StatsWatermark.objects.update_or_create(
        defaults={"xid": ClusterEvent.objects.latest("id").xid + 1}
    )
    ClusterEvent.objects.filter(pk=ClusterEvent.objects.order_by("id")[0].pk).update(
        at=timezone.now() - timedelta(days=8)
    )

    reconciler.prune()

    assert ClusterEvent.objects.count() == 1
