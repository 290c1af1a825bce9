"""Concurrency keys: how many tasks with the same key run at once. The broker is not asked."""

import json
import random
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from tasks_app import dispatch, execution, recovery
from tasks_app.models import Task, WorkerNode
from tasks_app.policy import orders
from tasks_app.services import nodes, queues, tasks
from tasks_app.services.scheduling import set_scheduling_policy
from tasks_app.services.tasks import NewTask
from tasks_app.sql.claiming import claims, concurrency
from tasks_app.sql.claiming.scheduling import Scheduling
from tasks_app.sql.db import fetch
from tests.conftest import reload
from tests.support.locks import held
from tests.support.observed.ledger import Ledger
from tests.support.working import claim, claim_all, complete, ids, run_all

pytestmark = pytest.mark.django_db


@pytest.fixture
def node(node):
    """A node with slots for all tasks of a test."""
    node.slots = 10
    node.save()
    return node


def fill_key(count, key="full"):
    """Insert due tasks of one key before all others, without events."""
    fetch(
        """
        INSERT INTO tasks_app_task (id, a, b, priority, duration_ms, due_at, concurrency_key)
        SELECT gen_random_uuid(), n, 0, 9, n %% 2, now() - n * interval '1 minute', %(key)s
          FROM generate_series(1, %(count)s) AS n
        """,
        {"count": count, "key": key},
    )


def test_no_more_tasks_of_a_key_run_than_its_limit(make_task, node):
    made = [make_task(concurrency_key="k", concurrency_limit=2) for _ in range(5)]

    first = claim_all()
    complete(first[:1])
    second = claim_all()

    assert ids(first) == ids(made[:2])
    assert ids(second) == ids(made[2:3])


def test_tasks_without_duration_run_one_at_a_time_by_default(make_task, node):
    for _ in range(3):
        make_task(concurrency_key="k")

    assert len(claim_all()) == 1
    assert run_all() == 0


def test_limit_counts_in_all_queues_and_on_all_nodes(make_task, node):
    queues.create_queue("other")
    nodes.heartbeat("node-2@here", host="here", pid=2, slots=4, queues=["other"])
    first = make_task(concurrency_key="k")
    make_task(concurrency_key="k", queue="other", slots=2)

    assert ids(claim_all()) == [first.pk]
    assert claim_all("node-2@here") == []


def test_each_task_has_its_own_limit(make_task, node):
    one = make_task(concurrency_key="k", concurrency_limit=1)
    blocked = make_task(concurrency_key="k", concurrency_limit=1)
    three = [make_task(concurrency_key="k", concurrency_limit=3) for _ in range(3)]

    assert ids(claim_all()) == [one.pk, *ids(three[:2])]
    assert reload(blocked).status == "PENDING"


def test_other_keys_and_tasks_without_key_are_not_held_back(make_task, node):
    first, blocked = make_task(concurrency_key="k"), make_task(concurrency_key="k")
    other, plain = make_task(concurrency_key="K"), make_task()

    assert sorted(ids(claim_all())) == sorted(ids([first, other, plain]))
    assert reload(blocked).status == "PENDING"


@pytest.mark.parametrize("policy", orders.NAMES)
def test_tasks_behind_many_of_a_full_key_start(make_task, node, policy):
    set_scheduling_policy(policy)
    fill_key(concurrency.WINDOW * 3)
    [running] = claim()
    behind = [make_task(concurrency_key=key, priority=1, duration_ms=9) for key in "ab"]

    assert ids(claim_all()) == ids(behind)
    complete([running])
    assert len(claim_all()) == 1


# Ten priorities of a window, with what the other groups and keys add.
READ_MAX = 10 * (concurrency.WINDOW + 50)


def rows_read(plan):
    """Return the number of task rows that the scans of a plan returned or filtered out."""
    total = sum(map(rows_read, plan.get("Plans", ())))
    if plan.get("Relation Name") == "tasks_app_task":
        rows = plan["Actual Rows"] + plan.get("Rows Removed by Filter", 0)
        total += rows * plan["Actual Loops"]
    return total


@pytest.mark.parametrize("policy", orders.NAMES)
def test_claim_does_not_read_all_tasks_of_a_full_key(make_task, node, policy):
    set_scheduling_policy(policy)
    fill_key(5_000)
    claim()
    make_task(concurrency_key="behind", priority=1)
    fetch("ANALYZE tasks_app_task")
    statements = []

    def explain(execute, sql, params, many, context):
        if "tasks_app_task" in sql and "INSERT" not in sql:
            [(plan,)] = fetch(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}", params)
            [plan] = json.loads(plan) if isinstance(plan, str) else plan
            statements.append(rows_read(plan["Plan"]))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(lambda *args: _once(explain, *args)):
        found = claims.candidates(["default"], Scheduling(policy))

    assert [candidate.concurrency_key for candidate in found] == ["behind"]
    assert len(statements) == 3
    assert max(statements) <= READ_MAX


def _once(wrapper, execute, sql, *args):
    """Wrap a statement, and not those that the wrapper runs."""
    return execute(sql, *args) if "EXPLAIN" in sql else wrapper(execute, sql, *args)


@pytest.mark.parametrize("policy", orders.NAMES)
def test_tasks_of_a_key_start_in_the_order_of_the_policy(make_task, node, policy):
    set_scheduling_policy(policy)
    long, low = (
        make_task(concurrency_key="k", duration_ms=9),
        make_task(concurrency_key="k", duration_ms=5, priority=1),
    )
    urgent = make_task(concurrency_key="k", duration_ms=7, priority=9)

    order = []
    while claimed := claim():
        order += ids(claimed)
        Task.objects.filter(status="RUNNING").delete()

    assert order == ids(
        {
            "fifo": [long, low, urgent],
            "shortest-first": [low, urgent, long],
        }.get(policy, [urgent, long, low])
    )


def test_short_task_of_a_key_starts_before_a_reservation(make_task, node):
    WorkerNode.objects.update(slots=2)
    make_task(duration_ms=60_000)
    claim()
    large = make_task(slots=2, duration_ms=1, priority=9)
    make_task(concurrency_key="k", duration_ms=3_600_000)
    short = make_task(concurrency_key="k", duration_ms=100)

    assert ids(claim_all()) == [short.pk]
    assert reload(large).status == "PENDING"


def test_large_task_of_a_full_key_reserves_no_slots(make_task, node):
    WorkerNode.objects.update(slots=2)
    make_task(concurrency_key="k", duration_ms=60_000)
    claim()
    make_task(concurrency_key="k", slots=2, duration_ms=1)
    long = make_task(duration_ms=3_600_000)

    assert ids(claim_all()) == [long.pk]


def test_limit_of_the_queue_holds_too(make_task, node):
    queues.update_queue("default", running_limit=2)
    for number in range(4):
        make_task(concurrency_key=f"key-{number}", concurrency_limit=4)

    assert len(claim_all()) == 2


# --- Several processes at once --------------------------------------------------------------------


def lock_key():
    assert concurrency.try_lock("k")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("limit", "busy"), [(1, ""), (2, "k")])
def test_claim_does_not_wait_for_a_key_that_another_claim_has_locked(make_task, node, limit, busy):
    task = make_task(concurrency_key="k", concurrency_limit=limit)
    other = make_task(concurrency_key="other", priority=1)

    with held(lock_key):
        assert ids(claim()) == [other.pk]
        nothing = execution.claim("node-1@here", celery_task_id="message-2")

    assert (nothing.tasks, nothing.busy_key) == ([], busy)
    assert ids(claim()) == [task.pk]


@pytest.mark.django_db(transaction=True)
def test_process_claims_a_key_as_soon_as_another_claim_has_unlocked_it(make_task, node):
    task = make_task(concurrency_key="k", concurrency_limit=2)
    wait_for = concurrency.wait_for

    def waiting(key):
        has_tried.set()
        wait_for(key)

    with held(lock_key) as has_tried, pytest.MonkeyPatch.context() as patch:
        patch.setattr(concurrency, "wait_for", waiting)
        assert run_all() == 1

    assert reload(task).status == "SUCCESS"


COUNT, CLAIMERS, KEYS = 400, 6, 12


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("policy", ["priority", "aged-priority", "fair-share"])
def test_limits_of_keys_hold_under_concurrent_claims(woken, monkeypatch, policy):
    monkeypatch.setattr(dispatch, "refresh_after_commit", lambda _: None)
    set_scheduling_policy(policy)
    queues.create_queue("other", running_limit=5)
    for number in range(3):
        queue_names = ["default", "other"]
        nodes.heartbeat(f"node-{number}@here", host="here", pid=number, slots=8, queues=queue_names)
    choose = random.Random(7)
    tasks.create_tasks(
        [
            NewTask(
                a=n,
                b=n,
                max_attempts=100,
                retry_backoff_ms=0,
                queue=choose.choice(["default", "other"]),
                # A third of the keys have each limit.
                concurrency_key=f"key-{(key := choose.randrange(KEYS))}",
                concurrency_limit=1 + key % 3,
            )
            for n in range(COUNT)
        ]
    )
    finished = []

    def work(seed):
        choose = random.Random(seed)
        held = []
        for number in range(COUNT * 20):
            if len(finished) >= COUNT:
                break
            name, message = f"node-{choose.randrange(3)}@here", f"message-{seed}-{number}"
            claimed = claim(name, message)
            if claimed and choose.random() < 0.1:
                recovery.requeue_claimed_by(message)
            elif claimed:
                held.append((claimed, name))
            # Some attempts last longer than others.
            while len(held) > choose.randrange(3) or (held and not claimed):
                done, where = held.pop(0)
                finished.extend(complete(done, where))
        connection.close()

    with ThreadPoolExecutor() as pool:
        futures = [pool.submit(work, seed) for seed in range(CLAIMERS)]
    for future in futures:
        future.result()

    ledger = Ledger.read()
    ledger.check()
    assert Task.objects.filter(status="SUCCESS").count() == COUNT
    # How near the run comes to the limits depends on the machine.
    assert max(ledger.most_of_key.values()) > 1
