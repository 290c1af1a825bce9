"""Start rates of queues: how many of their tasks start in a period. The broker is not asked."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connection
from django.db.models import F
from django.utils import timezone

from tasks_app import dispatch
from tasks_app.models import ClusterEvent, Queue, Task
from tasks_app.models.base import database_now
from tasks_app.services import nodes, queues
from tasks_app.services.queues import StartRate
from tasks_app.sql import due
from tests.support.working import claim, complete, ids, run_all

pytestmark = pytest.mark.django_db

HOUR = 3_600


@pytest.fixture
def node(node):
    """A node with slots for all tasks of a test."""
    node.slots = 20
    node.save()
    return node


def limit_starts(count, per_seconds=HOUR, burst=None):
    rate = StartRate(count, per_seconds, burst)
    queues.update_queue("default", running_limit=None, start_rate=rate)


def pass_time(seconds):
    """Let time pass for the start rates."""
    Queue.objects.update(next_start_at=F("next_start_at") - timedelta(seconds=seconds))


def started():
    """Claim with one message after the other until a claim takes nothing; return how many."""
    count = 0
    while found := claim(message=f"message-{count}-{Task.objects.filter(attempt=1).count()}"):
        count += len(found)
    return count


def test_burst_starts_at_once_and_the_others_at_the_rate(make_task, node):
    for _ in range(9):
        make_task(duration_ms=1)
    limit_starts(2)

    assert started() == 2
    pass_time(HOUR / 2 - 60)
    assert started() == 0
    pass_time(60)
    assert started() == 1
    # The bucket overflows.
    pass_time(10 * HOUR)
    assert started() == 2


def test_batch_takes_a_token_for_each_task(make_task, node):
    for _ in range(9):
        make_task()
    limit_starts(2, burst=5)

    assert len(claim()) == 5
    pass_time(HOUR)
    assert run_all() == 2


def test_failed_attempts_and_retries_take_tokens_too(make_task, node):
    make_task(fail_attempts=1, retry_backoff_ms=0)
    limit_starts(1)

    assert run_all() == 1
    assert started() == 0
    pass_time(HOUR)
    assert started() == 1


def test_next_start_is_exact(make_task, node):
    for _ in range(3):
        make_task(duration_ms=1)
    limit_starts(3, per_seconds=1, burst=1)

    before = database_now()
    assert started() >= 1
    next_at = Queue.objects.get(name="default").next_start_at

    assert next_at >= before + timedelta(seconds=1) / 3


def test_other_queues_are_not_held_back(make_task, node):
    queues.create_queue("other", start_rate=StartRate(1, HOUR))
    node.queues = ["default", "other"]
    node.save()
    for _ in range(2):
        make_task(queue="other", priority=9, duration_ms=1)
    plain = make_task(duration_ms=1)

    claimed = [*claim(message="1"), *claim(message="2"), *claim(message="3")]

    assert [task.queue for task in claimed] == ["other", "default"]
    assert ids(claimed)[1] == plain.pk


def test_start_rate_holds_with_the_limit_and_with_concurrency_keys(make_task, node):
    queues.update_queue("default", running_limit=3, start_rate=StartRate(5, HOUR))
    for number in range(6):
        make_task(concurrency_key=f"key-{number % 5}")

    assert started() == 3
    Task.objects.filter(status="RUNNING").delete()
    assert started() == 2
    Task.objects.filter(status="RUNNING").delete()
    assert started() == 0


def test_node_sleeps_until_the_next_start(make_task, node):
    limit_starts(2)
    assert due.seconds_until_next(["default"], is_claiming=True) is None

    for _ in range(3):
        make_task(duration_ms=1)
    assert due.seconds_until_next(["default"]) is None
    # Claims that were just requested take the present tokens.
    assert due.seconds_until_next(["default"], is_claiming=True) == HOUR / 2
    started()

    assert HOUR / 2 - 60 < due.seconds_until_next(["default"]) <= HOUR / 2
    assert due.seconds_until_next(["other"]) is None
    queues.pause_queue("default")
    assert due.seconds_until_next(["default"]) is None


def test_nodes_do_not_look_more_often_than_20_times_a_second(make_task, node):
    limit_starts(1_000_000, per_seconds=1, burst=1)
    make_task(run_at=timezone.now() + timedelta(hours=1))

    assert due.seconds_until_next(["default"], is_claiming=True) == 0.05


def test_changed_rate_begins_with_a_full_burst_and_removed_rate_is_gone(make_task, node, woken):
    for _ in range(9):
        make_task(duration_ms=1)
    limit_starts(1)
    assert started() == 1

    limit_starts(1)
    assert started() == 0
    woken.clear()
    limit_starts(1, burst=2)
    assert (started(), woken) == (2, ["default"])

    queues.update_queue("default", running_limit=None)
    assert started() == 0
    queues.update_queue("default", running_limit=None, start_rate=None)
    assert started() == 6
    texts = ClusterEvent.objects.filter(kind="QUEUE_UPDATED").values_list("message", flat=True)
    assert list(texts.order_by("id")) == [
        "no limit, at most 1 start per 3,600 seconds",
        "no limit, at most 1 start per 3,600 seconds, burst 2",
        "no limit",
    ]


@pytest.mark.django_db(transaction=True)
def test_rate_is_exact_under_concurrent_claims(woken, monkeypatch, make_task):
    monkeypatch.setattr(dispatch, "refresh_after_commit", lambda _: None)
    for number in range(4):
        nodes.heartbeat(
            f"node-{number}@here", host="here", pid=number, slots=50, queues=["default"]
        )
    for _ in range(60):
        make_task(duration_ms=1)
    limit_starts(1, burst=25)
    together = Barrier(4)

    def work(number):
        together.wait(30)
        claimed = []
        for attempt in range(30):
            if found := claim(f"node-{number}@here", f"{number}-{attempt}"):
                claimed += complete(found, f"node-{number}@here")
        connection.close()
        return claimed

    with ThreadPoolExecutor() as pool:
        claimed = [future.result() for future in [pool.submit(work, n) for n in range(4)]]

    assert sum(map(len, claimed)) == Task.objects.exclude(attempt=0).count() == 25
