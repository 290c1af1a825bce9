from datetime import timedelta

import pytest
from django.utils import timezone

from tasks_app import dispatch, execution, reconciler
from tasks_app.models import ClusterEvent, Fold, Queue, Task, TaskResult, WorkerNode
from tasks_app.models.base import uuid7_floor
from tasks_app.services import cluster

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("node")]


@pytest.fixture(autouse=True)
def waiting(monkeypatch):
    """How many messages the broker says are waiting, by queue."""
    counts = {}
    monkeypatch.setattr(
        dispatch, "waiting", lambda queues: {queue: counts.get(queue, 0) for queue in queues}
    )
    return counts


def make_due(task):
    Task.objects.filter(pk=task.pk).update(next_dispatch_at=timezone.now())


def test_a_task_whose_message_was_lost_is_handed_over_again(make_task, handed_over):
    task = make_task()
    handed_over.clear()

    reconciler.reconcile()
    assert handed_over == []

    make_due(task)
    reconciler.reconcile()
    reconciler.reconcile()
    assert handed_over == [([str(task.pk)], "default", 5)]


def test_a_task_for_later_is_handed_over_when_its_time_has_come(make_task, handed_over):
    task = make_task(run_at=timezone.now() + timedelta(hours=1))
    Task.objects.update(run_at=timezone.now(), next_dispatch_at=timezone.now())

    reconciler.reconcile()

    assert handed_over == [([str(task.pk)], "default", 5)]


def test_nothing_is_added_to_a_long_line(make_task, handed_over, waiting):
    make_due(make_task())
    handed_over.clear()
    waiting["default"] = reconciler.WAITING_ENOUGH

    reconciler.reconcile()

    assert handed_over == []


def test_a_task_that_was_overtaken_is_not_kept_back_by_a_long_line(
    make_task, node, handed_over, waiting
):
    lost, urgent, younger = make_task(), make_task(priority=9), make_task()
    make_due(lost)
    make_due(urgent)
    Task.objects.filter(pk=younger.pk).update(pending_since=timezone.now())
    execution.claim([younger.pk], node=node.name, celery_task_id="message")
    make_due(make_task())
    handed_over.clear()
    waiting["default"] = reconciler.WAITING_ENOUGH

    reconciler.reconcile()

    assert handed_over == [([str(lost.pk)], "default", 5)]


def test_a_costly_task_does_not_wait_for_the_end_of_a_long_line(make_task, handed_over, waiting):
    make_due(make_task())
    costly = make_task(slots=2)
    make_due(costly)
    handed_over.clear()
    waiting["default"] = reconciler.WAITING_ENOUGH

    reconciler.reconcile()

    assert handed_over == [([str(costly.pk)], "default", 5)]


@pytest.mark.parametrize(("line", "expected"), [(0, 3), (2, 1), (3, 0)])
def test_no_more_is_handed_over_than_a_limit_leaves(
    make_task, handed_over, waiting, line, expected
):
    Queue.objects.update(running_limit=3)
    for _ in range(5):
        make_due(make_task())
    handed_over.clear()
    waiting["default"] = line

    reconciler.reconcile()

    assert sum(len(ids) for ids, _, _ in handed_over) == expected


def test_what_no_node_could_take_is_not_handed_over(make_task, handed_over):
    make_due(make_task(slots=3))
    handed_over.clear()

    reconciler.reconcile()

    assert handed_over == []


def test_the_most_urgent_are_handed_over_first(make_task, handed_over, monkeypatch):
    monkeypatch.setattr(reconciler, "BATCH", 1)
    for priority in (1, 9, 5):
        make_due(make_task(priority=priority))
    handed_over.clear()

    for _ in range(3):
        reconciler.reconcile()

    assert [priority for _, _, priority in handed_over] == [9, 5, 1]


def test_a_paused_queue_keeps_its_tasks(make_task, handed_over):
    make_due(make_task())
    handed_over.clear()
    Queue.objects.update(paused_at=timezone.now())

    reconciler.reconcile()

    assert handed_over == []


def test_a_broker_that_is_away_leaves_the_tasks_due(make_task, handed_over, monkeypatch):
    def away(queues):
        raise dispatch.BrokerAwayError

    task = make_task()
    make_due(task)
    monkeypatch.setattr(dispatch, "waiting", away)

    reconciler.reconcile()

    assert Task.objects.get(pk=task.pk).next_dispatch_at <= timezone.now()


@pytest.fixture
def short_silence(monkeypatch):
    """Shorter than what the tests' database has been there for: until then nobody is silent."""
    monkeypatch.setattr(cluster, "SILENCE_SECONDS", 1)


def test_a_silent_node_goes_offline_and_comes_back(node, short_silence):
    node.delete()
    facts = {"host": "here", "pid": 7, "slots": 2, "queues": ["default"]}
    cluster.heartbeat("node-1@here", **facts)
    reconciler.reconcile()
    assert WorkerNode.objects.get().connection == "ONLINE"

    WorkerNode.objects.update(heartbeat_at=timezone.now() - timedelta(seconds=11))
    reconciler.reconcile()
    reconciler.reconcile()
    assert WorkerNode.objects.get().connection == "OFFLINE"

    cluster.heartbeat("node-1@here", **facts)
    cluster.heartbeat("node-1@here", **facts)
    assert WorkerNode.objects.get().connection == "ONLINE"
    assert list(ClusterEvent.objects.values_list("kind", flat=True)) == [
        "NODE_ONLINE",
        "NODE_OFFLINE",
        "NODE_ONLINE",
    ]


def aged(task, days):
    """The task as it would be if all of it had happened so many days earlier."""
    then = timezone.now() - timedelta(days=days)
    id = type(task.pk)(int=uuid7_floor(then).int | task.pk.int & (1 << 76) - 1)
    TaskResult.objects.filter(task=task).delete()
    finished_at = then if task.is_terminal else None
    Task.objects.filter(pk=task.pk).update(id=id, created_at=then, finished_at=finished_at)
    if task.status == "SUCCESS":
        TaskResult.objects.create(task_id=id, result=5)
    return id


def test_what_finished_long_ago_goes_and_nothing_else(make_task, node):
    old, recent, waiting, running = (make_task() for _ in range(4))
    for task in (old, recent):
        task.mark_as_successfull(5)
    execution.claim([running.pk], node=node.name, celery_task_id="message-1")
    aged(old, days=31)
    kept = {aged(recent, days=29), aged(waiting, days=99), aged(running, days=99)}

    reconciler.prune()

    assert set(Task.objects.values_list("pk", flat=True)) == kept
    assert TaskResult.objects.count() == 1


def test_no_transaction_deletes_more_than_a_batch(make_task, monkeypatch):
    monkeypatch.setattr(reconciler, "BATCH", 2)
    for _ in range(5):
        (task := make_task()).mark_as_successfull(5)
        aged(task, days=31)

    reconciler.prune()

    pruned = ClusterEvent.objects.filter(kind="TASK_PRUNED").order_by("id")
    assert [len(line.task_ids) for line in pruned] == [2, 2, 1]
    assert not Task.objects.exists()


def test_old_events_are_forgotten(make_task):
    make_task()
    make_task()
    Fold.objects.update_or_create(defaults={"xid": ClusterEvent.objects.latest("id").xid + 1})
    ClusterEvent.objects.filter(pk=ClusterEvent.objects.order_by("id")[0].pk).update(
        at=timezone.now() - timedelta(days=8)
    )

    reconciler.prune()

    assert ClusterEvent.objects.count() == 1
