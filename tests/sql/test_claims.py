"""Claims: which tasks a node may take, and which it takes first. The broker is not asked."""

import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from tasks_app import dispatch, execution, recovery
from tasks_app.models import Task, WorkerNode
from tasks_app.services import nodes, queues, tasks
from tasks_app.services.tasks import NewTask
from tasks_app.sql import due
from tests.conftest import reload
from tests.support.ledger import Ledger
from tests.support.working import claim, complete, ids, run_all

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


def test_task_is_not_claimed_before_it_is_due(make_task, node):
    make_task(run_at=timezone.now() + timedelta(hours=1), priority=9)
    task = make_task(priority=1)

    assert ids(claim()) == [task.pk]
    assert claim(message="message-2") == []


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


def test_failed_attempt_without_a_backoff_is_repeated_at_once(make_task, node):
    task = make_task(fail_attempts=99, max_attempts=100, retry_backoff_ms=0)

    run_all()

    assert (reload(task).status, reload(task).attempt) == ("SUCCESS", 100)


def test_node_knows_when_the_next_attempt_is_due(make_task, node):
    make_task(fail_attempts=1, retry_backoff_ms=60_000)
    run_all()

    assert claim(message="message-2") == []
    assert 0 < due.seconds_until_next(["default"]) <= 60


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


def test_oldest_due_task_is_found_in_every_group(make_task, node):
    assert due.oldest() is None
    oldest = make_task(priority=1, slots=3, duration_ms=5)
    Task.objects.update(due_at=timezone.now() - timedelta(hours=1))
    make_task(priority=9)
    make_task(run_at=timezone.now() + timedelta(hours=1))

    assert due.oldest() == reload(oldest).due_at


def test_next_due_task_of_the_nodes_queues_is_found(make_task, node):
    queues.create_queue("reports")
    make_task()
    make_task(priority=1, run_at=timezone.now() + timedelta(seconds=100))
    make_task(priority=9, run_at=timezone.now() + timedelta(seconds=200))
    make_task(queue="reports", run_at=timezone.now() + timedelta(seconds=50))

    assert 90 < due.seconds_until_next(["default"]) <= 100
    assert due.seconds_until_next(["other"]) is None


@pytest.mark.django_db(transaction=True)
def test_task_that_another_transaction_has_locked_is_left_out(make_task, node):
    locked, free = make_task(duration_ms=1), make_task(duration_ms=1)
    is_locked, has_claimed = threading.Event(), threading.Event()

    def hold():
        with transaction.atomic():
            Task.objects.select_for_update().get(pk=locked.pk)
            is_locked.set()
            has_claimed.wait(30)
        connection.close()

    holder = threading.Thread(target=hold)
    holder.start()
    try:
        assert is_locked.wait(30)
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '2s'")
        assert ids(claim()) == [free.pk]
    finally:
        has_claimed.set()
        holder.join()
        with connection.cursor() as cursor:
            cursor.execute("RESET lock_timeout")

    assert ids(claim()) == [locked.pk]


COUNT = 2_000
CLAIMERS = 6
QUEUES = ["default", "limited"]


@pytest.mark.django_db(transaction=True)
def test_slots_and_limits_hold_under_concurrent_claims(woken, monkeypatch):
    monkeypatch.setattr(dispatch, "refresh_after_commit", lambda _: None)
    for number in range(3):
        nodes.heartbeat(f"node-{number}@here", host="here", pid=number, slots=4, queues=QUEUES)
    queues.create_queue("limited", running_limit=3)
    choose = random.Random(7)
    tasks.create_tasks(
        [
            NewTask(
                a=n,
                b=n,
                max_attempts=100,
                slots=choose.randint(1, 4),
                duration_ms=choose.choice([0, 1]),
                queue=choose.choice(["default", "default", "limited"]),
            )
            for n in range(COUNT)
        ]
    )
    deadline = time.monotonic() + 10
    finished = []

    def work(seed):
        choose = random.Random(seed)
        for number in range(COUNT * 10):
            if len(finished) == COUNT or time.monotonic() > deadline:
                break
            name = f"node-{choose.randrange(3)}@here"
            message = f"message-{seed}-{number}"
            claimed = claim(name, message)
            if claimed and choose.random() < 0.1:
                recovery.requeue_claimed_by(message)
            elif claimed:
                finished.extend(complete(claimed, name))
        connection.close()

    def disturb():
        choose = random.Random(8)
        while len(finished) < COUNT and time.monotonic() < deadline:
            time.sleep(0.05)
            name = f"node-{(number := choose.randrange(3))}@here"
            match choose.randrange(6):
                case 0:
                    commands = [nodes.pause_node, nodes.drain_node, nodes.node_offline]
                    choose.choice(commands)(name)
                case 1:
                    queues.pause_queue("limited")
                case 2 | 3:
                    nodes.resume_node(name)
                    facts = {"host": "here", "slots": 4, "queues": QUEUES}
                    nodes.heartbeat(name, pid=number, **facts)
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
    # How near the run comes to the bounds depends on the machine.
    assert ledger.most_running["limited"]
    assert max(ledger.most_busy.values()) > 1
    assert Task.objects.filter(status="SUCCESS").exists()
