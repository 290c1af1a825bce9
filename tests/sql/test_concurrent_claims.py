"""Claims of several processes at once: locks, slots and limits."""

import random
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from tasks_app import dispatch, recovery
from tasks_app.models import Task
from tasks_app.policy import orders
from tasks_app.services import nodes, queues, tasks
from tasks_app.services.scheduling import set_scheduling_policy
from tasks_app.services.tasks import NewTask
from tests.support.locks import held
from tests.support.observed.ledger import Ledger
from tests.support.working import claim, complete, ids

pytestmark = pytest.mark.django_db


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("policy", orders.NAMES)
def test_task_that_another_transaction_has_locked_is_left_out(make_task, node, policy):
    set_scheduling_policy(policy)
    locked, free = make_task(duration_ms=1), make_task(duration_ms=1)

    with held(lambda: Task.objects.select_for_update().get(pk=locked.pk)):
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '2s'")
        try:
            assert ids(claim()) == [free.pk]
        finally:
            with connection.cursor() as cursor:
                cursor.execute("RESET lock_timeout")

    assert ids(claim()) == [locked.pk]


COUNT = 1_000


CLAIMERS = 6


QUEUES = ["default", "limited"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("policy", ["priority", "aged-priority", "fair-share"])
def test_slots_and_limits_hold_under_concurrent_claims(woken, monkeypatch, policy):
    monkeypatch.setattr(dispatch, "refresh_after_commit", lambda _: None)
    set_scheduling_policy(policy)
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
    deadline = time.monotonic() + 5
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
