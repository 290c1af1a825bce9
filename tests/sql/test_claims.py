"""Claims: which tasks a node may take, and which it takes first. The broker is not asked."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tasks_app import execution
from tasks_app.models import Task, WorkerNode
from tasks_app.services import nodes, queues, tasks
from tests.conftest import reload
from tests.support.working import claim, complete, ids

pytestmark = pytest.mark.django_db


def make_node(name, slots, queues=("default",)):
    return WorkerNode.objects.create(
        name=name,
        host="here",
        pid=1,
        slots=slots,
        queues=list(queues),
        connection="ONLINE",
        heartbeat_at=timezone.now(),
    )


@pytest.mark.parametrize(
    "change",
    [
        {"scheduling": "PAUSED"},
        {"scheduling": "DRAINING"},
        {"scheduling": "DRAINED"},
        {"connection": "OFFLINE"},
        {"queues": ["reports"]},
        {"desired_queues": []},
        {"name": "node-2@here"},
    ],
    ids=str,
)
def test_node_that_may_not_claim_claims_nothing(make_task, node, change):
    task = make_task()
    WorkerNode.objects.update(**change)

    assert claim() == []
    assert reload(task).status == "PENDING"


def test_higher_priority_is_claimed_first_and_then_the_older_task(make_task, node):
    old, young, urgent = (make_task(duration_ms=1, priority=p) for p in (5, 5, 9))
    Task.objects.filter(pk=old.pk).update(due_at=timezone.now() - timedelta(hours=1))

    order = [ids(claim(message=f"message-{n}")) for n in range(2)]
    Task.objects.filter(status="RUNNING").delete()
    order.append(ids(claim()))

    assert order == [[urgent.pk], [old.pk], [young.pk]]


def test_priority_counts_over_all_queues_of_the_node(make_task, node):
    queues.create_queue("reports")
    WorkerNode.objects.update(queues=["default", "reports"])
    make_task(priority=5)
    urgent = make_task(priority=6, queue="reports")

    assert ids(claim()) == [urgent.pk]


def test_tasks_without_duration_are_claimed_in_batches_of_one_priority(
    make_task, node, monkeypatch
):
    monkeypatch.setattr(execution, "BATCH", 3)
    for _ in range(5):
        make_task()
    urgent = [make_task(priority=9) for _ in range(2)]

    assert sorted(ids(claim(message="message-1"))) == sorted(ids(urgent))
    assert len(claim(message="message-2")) == 3


@pytest.mark.parametrize("alone", [{"duration_ms": 1}, {"slots": 2}], ids=str)
def test_batch_holds_only_tasks_that_are_alike(make_task, node, alone):
    plain = [make_task() for _ in range(3)]
    make_task(**alone)

    assert sorted(ids(claim())) == sorted(ids(plain))


def test_tasks_with_a_duration_are_claimed_one_by_one(make_task, node):
    for _ in range(3):
        make_task(duration_ms=1)

    assert len(claim(message="message-1")) == 1
    assert len(claim(message="message-2")) == 1


def test_node_runs_no_more_than_its_slots(make_task, node):
    WorkerNode.objects.update(slots=4)
    make_task(slots=3, duration_ms=1)
    one = make_task(slots=1, duration_ms=1)
    two = make_task(slots=2, duration_ms=1)

    running = claim(message="message-1")
    assert ids(claim(message="message-2")) == [one.pk]
    assert claim(message="message-3") == []
    complete(running)

    assert ids(claim(message="message-4")) == [two.pk]


def test_process_occupies_the_slots_of_its_largest_task(make_task, node):
    for _ in range(10):
        make_task()
    assert len(claim(message="message-1")) == 10

    for _ in range(2):
        make_task(duration_ms=1)
    assert len(claim(message="message-2")) == 1
    assert claim(message="message-3") == []


def test_reserved_slots_wait_for_the_large_task(make_task, node):
    make_task(duration_ms=60_000)
    claim(message="message-1")
    large = make_task(slots=2, duration_ms=1)
    make_task(duration_ms=3_600_000)
    short = make_task(duration_ms=100)

    assert ids(claim(message="message-2")) == [short.pk]
    Task.objects.filter(status="RUNNING").delete()
    assert ids(claim(message="message-3")) == [large.pk]


def test_reservation_ends_with_the_task_that_it_is_for(make_task, node):
    make_task(duration_ms=60_000)
    claim(message="message-1")
    large = make_task(slots=2)
    long = make_task(duration_ms=3_600_000)
    assert claim(message="message-2") == []

    tasks.cancel_task(large.pk)

    assert ids(claim(message="message-3")) == [long.pk]


def test_node_does_not_reserve_for_a_task_that_another_node_can_start_first(make_task, node):
    make_node("node-2@here", slots=2)
    make_task(duration_ms=60_000)
    claim("node-1@here")
    make_task(duration_ms=10_000)
    claim("node-2@here", message="message-2")
    make_task(slots=2)
    long = make_task(duration_ms=3_600_000)

    assert claim("node-2@here", message="message-3") == []
    assert ids(claim("node-1@here", message="message-4")) == [long.pk]


def test_smaller_size_counts_before_the_node_has_shrunk(make_task, node):
    nodes.resize_node(node.name, slots=1)
    for _ in range(2):
        make_task(duration_ms=1)

    assert len(claim(message="message-1")) == 1
    assert claim(message="message-2") == []


@pytest.mark.parametrize("duration_ms", [0, 1])
def test_limit_of_a_queue_holds(make_task, node, duration_ms):
    WorkerNode.objects.update(slots=10)
    queues.update_queue("default", running_limit=3)
    for _ in range(10):
        make_task(duration_ms=duration_ms)

    for number in range(10):
        claim(message=f"message-{number}")

    assert Task.objects.filter(status="RUNNING").count() == 3


def test_task_behind_a_full_queue_is_claimed(make_task, node):
    queues.create_queue("limited", running_limit=1)
    WorkerNode.objects.update(queues=["default", "limited"])
    for _ in range(2):
        make_task(queue="limited", priority=9, duration_ms=1)
    other = make_task()

    claim(message="message-1")

    assert ids(claim(message="message-2")) == [other.pk]


def test_task_of_a_paused_queue_is_not_claimed(make_task, node):
    task = make_task()
    queues.pause_queue("default")
    assert claim() == []

    queues.resume_queue("default")
    assert ids(claim()) == [task.pk]
