"""Who may run what: slots, limits, pauses, and what is left out. The broker is not asked."""

import random
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from tasks_app import execution
from tasks_app.models import Queue, Task, WorkerNode
from tasks_app.models.transitions import Outcome
from tasks_app.services import cluster, queues, tasks
from tasks_app.services.tasks import NewTask
from tests.conftest import reload
from tests.ledger import Ledger


def claim(*some, message="message-1", node="node-1@here"):
    return execution.claim([task.pk for task in some], node=node, celery_task_id=message).tasks


def complete(claimed, node="node-1@here"):
    outcomes = [Outcome(task.id, task.run, task.attempt, task.a + task.b) for task in claimed]
    return execution.complete(outcomes, node=node)


def is_due(task):
    return reload(task).next_dispatch_at <= timezone.now()


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
def test_a_node_that_shall_not_claims_nothing(make_task, node, change):
    task = make_task()
    WorkerNode.objects.update(**change)

    assert claim(task) == []
    assert reload(task).status == "PENDING"


def test_a_node_runs_no_more_than_its_slots_are_worth(make_task, node):
    WorkerNode.objects.update(slots=4)
    three, two, one = make_task(slots=3), make_task(slots=2), make_task()

    running = claim(three, message="message-1")
    assert claim(two, message="message-2") == []
    assert claim(one, message="message-3") == []  # what is free is kept for the two
    complete(running)

    assert len(claim(two, message="message-4")) == 1
    assert len(claim(one, message="message-5")) == 1


def test_slots_are_kept_for_a_costly_task_but_not_from_more_urgent_ones(make_task, node):
    running, costly = make_task(), make_task(slots=2)
    claim(running)
    assert claim(costly, message="message-2") == []

    assert claim(make_task(), message="message-3") == []
    assert len(claim(make_task(priority=9), message="message-4")) == 1


def test_slots_are_not_kept_for_a_task_that_is_gone(make_task, node):
    running, costly = make_task(), make_task(slots=2)
    claim(running)
    claim(costly, message="message-2")
    tasks.cancel_task(costly.pk)

    assert len(claim(make_task(), message="message-3")) == 1


def test_two_nodes_do_not_both_keep_their_slots_for_one_task(make_task, node):
    other = WorkerNode.objects.get()
    other.pk, other.name = Queue().pk, "node-2@here"
    other.save()
    for name in ("node-1@here", "node-2@here"):
        claim(make_task(), message=name, node=name)
    costly = make_task(slots=2)

    for name in ("node-1@here", "node-2@here"):
        claim(costly, message=f"costly-{name}", node=name)

    assert WorkerNode.objects.filter(reserved_for=costly.pk).count() == 1


def test_a_delivery_takes_the_slots_of_its_costliest_task(make_task, node):
    some = [make_task() for _ in range(10)]

    assert len(claim(*some)) == 10
    assert len(claim(make_task(), message="message-2")) == 1
    assert claim(make_task(), message="message-3") == []


def test_an_order_for_fewer_slots_counts_before_the_node_follows(make_task, node):
    cluster.resize_node(node.name, slots=1)
    claim(make_task(), message="message-1")

    assert claim(make_task(), message="message-2") == []


@pytest.mark.parametrize("batch", [1, 5])
def test_a_limit_of_a_queue_holds(make_task, node, batch):
    WorkerNode.objects.update(slots=10)
    queues.update_queue("default", running_limit=3)
    some = [make_task() for _ in range(10)]

    claimed = [
        task
        for start in range(0, 10, batch)
        for task in claim(*some[start : start + batch], message=f"message-{start}")
    ]

    assert len(claimed) == 3
    assert Task.objects.filter(status="RUNNING").count() == 3


def test_what_is_left_out_is_due_again_in_its_old_place(make_task, node):
    first, second = make_task(), make_task()
    queues.pause_queue("default")

    claim(second, first)

    assert is_due(first)
    assert reload(first).next_dispatch_at == reload(first).pending_since
    assert reload(first).next_dispatch_at < reload(second).next_dispatch_at


def test_what_can_never_run_here_is_offered_to_others_a_little_later(make_task, node):
    task = make_task(slots=3)

    claim(task)

    assert not is_due(task)
    assert reload(task).next_dispatch_at <= timezone.now() + timedelta(seconds=1)


def left_out(make_task, count):
    """Tasks of which no message is known."""
    some = [make_task() for _ in range(count)]
    Task.objects.update(next_dispatch_at=timezone.now())
    return some


def handed_ids(handed_over):
    return sorted(id for ids, _, _ in handed_over for id in ids)


def ids_of(some):
    return sorted(str(task.pk) for task in some)


def test_what_waits_is_handed_over_when_its_queue_is_resumed(make_task, node, handed_over):
    queues.pause_queue("default")
    some = left_out(make_task, 3)
    handed_over.clear()

    queues.resume_queue("default")

    assert handed_ids(handed_over) == ids_of(some)


def test_what_waits_is_handed_over_when_its_limit_is_raised(make_task, node, handed_over):
    queues.update_queue("default", running_limit=1)
    claim(make_task())
    some = left_out(make_task, 3)
    handed_over.clear()

    queues.update_queue("default", running_limit=3)

    assert handed_ids(handed_over) == ids_of(some[:2])


def test_what_waits_is_handed_over_when_a_task_of_a_limited_queue_ends(
    make_task, node, handed_over
):
    queues.update_queue("default", running_limit=1)
    running = claim(make_task())
    some = left_out(make_task, 3)
    handed_over.clear()

    complete(running)

    assert handed_ids(handed_over) == ids_of(some[:1])


@pytest.mark.parametrize("how", ["resumed", "joins", "assigned"])
def test_what_waits_is_handed_over_when_a_node_can_take_it(make_task, node, handed_over, how):
    if how == "resumed":
        cluster.pause_node(node.name)
    if how == "joins":
        cluster.node_offline(node.name)
    if how == "assigned":
        cluster.assign_node(node.name, queues=[])
    some = left_out(make_task, 2)
    handed_over.clear()

    if how == "resumed":
        cluster.resume_node(node.name)
    if how == "joins":
        cluster.heartbeat(node.name, host="here", pid=2, slots=2, queues=["default"])
    if how == "assigned":
        cluster.assign_node(node.name, queues=None)

    assert handed_ids(handed_over) == ids_of(some)


def test_a_message_waits_at_a_full_node_for_a_while(make_task, node, monkeypatch):
    monkeypatch.setattr(execution, "ROOM_SECONDS", 10)
    claimed = [claim(make_task(), message=f"message-{n}") for n in range(2)]
    waiting = make_task()
    monkeypatch.setattr(execution.time, "sleep", lambda _: complete(claimed.pop()))

    assert execution.execute([waiting.pk], node=node.name, celery_task_id="message-3") == 1
    assert len(claimed) == 1


def test_a_message_does_not_wait_for_what_others_have_taken(make_task, node, monkeypatch):
    monkeypatch.setattr(execution, "ROOM_SECONDS", 3600)
    for n in range(2):
        claim(make_task(), message=f"message-{n}")
    waiting = make_task()
    monkeypatch.setattr(execution.time, "sleep", lambda _: tasks.cancel_task(waiting.pk))

    assert execution.execute([waiting.pk], node=node.name, celery_task_id="message-3") == 0


def test_a_lost_attempt_is_repeated_at_once_and_a_second_one_later(make_task, node, handed_over):
    task = make_task(max_attempts=5)
    pauses = []
    for number in range(4):
        Task.objects.update(retry_at=None)
        claim(task, message=f"message-{number}")
        handed_over.clear()
        execution.give_back(f"message-{number}")
        retry_at = reload(task).retry_at
        pauses.append(retry_at and round((retry_at - timezone.now()).total_seconds()))
        assert bool(handed_over) == (retry_at is None)
        assert retry_at is None or claim(task) == []

    assert pauses == [None, 2, 4, 8]


def test_a_retry_begins_without_a_pause(make_task, node):
    task = make_task(max_attempts=2)
    for number in range(2):
        claim(task, message=f"message-{number}")
        execution.give_back(f"message-{number}")
    assert reload(task).status == "FAILED"

    tasks.retry_task(task.pk)

    assert len(claim(task)) == 1


COUNT = 2_000
CLAIMERS = 6
QUEUES = ["default", "limited"]
DISTURBANCES = [cluster.pause_node, cluster.drain_node, cluster.node_offline]


@pytest.mark.django_db(transaction=True)
def test_slots_and_limits_hold_whoever_claims_at_once(monkeypatch):
    monkeypatch.setattr(execution.dispatch, "after_commit", lambda *_, **__: None)
    for number in range(3):
        cluster.heartbeat(f"node-{number}@here", host="here", pid=number, slots=4, queues=QUEUES)
    queues.create_queue("limited", running_limit=3)
    dice = random.Random(7)
    news = [
        NewTask(
            a=n,
            b=n,
            max_attempts=100,
            slots=dice.randint(1, 4),
            queue=dice.choice(["default", "default", "limited"]),
        )
        for n in range(COUNT)
    ]
    deadline = time.monotonic() + 10
    still_open = dict.fromkeys(tasks.create_tasks(news).ids)

    def work(seed):
        dice = random.Random(seed)
        for number in range(COUNT * 10):
            if not (ids := list(still_open)) or time.monotonic() > deadline:
                break
            some = dice.sample(ids, min(len(ids), dice.choice([1, 1, 5])))
            name = f"node-{dice.randrange(3)}@here"
            message = f"message-{seed}-{number}"
            claimed = execution.claim(some, node=name, celery_task_id=message).tasks
            if claimed and dice.random() < 0.1:
                execution.give_back(message)
            elif claimed:
                for task in complete(claimed, node=name):
                    still_open.pop(task.id)
        connection.close()

    def disturb():
        dice = random.Random(8)
        while still_open and time.monotonic() < deadline:
            time.sleep(0.05)
            name = f"node-{(number := dice.randrange(3))}@here"
            match dice.randrange(6):
                case 0:
                    dice.choice([cluster.pause_node, cluster.drain_node, cluster.node_offline])(
                        name
                    )
                case 1:
                    queues.pause_queue("limited")
                case 2 | 3:
                    cluster.resume_node(name)
                    facts = {"host": "here", "slots": 4, "queues": QUEUES}
                    cluster.heartbeat(name, pid=number, **facts)
                case _:
                    queues.resume_queue("limited")
        connection.close()

    with ThreadPoolExecutor() as pool:
        futures = [pool.submit(work, seed) for seed in range(CLAIMERS)]
        futures.append(pool.submit(disturb))
    for future in futures:
        future.result()

    ledger = Ledger.read()
    ledger.check()
    # How near they came to the bounds, and how far, is the machine's business.
    assert ledger.most_running["limited"]
    assert max(ledger.most_busy.values()) > 1
    assert Task.objects.filter(status="SUCCESS").exists()
