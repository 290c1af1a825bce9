"""No slot stands free while a task that fits it is pending, whatever happens to the cluster."""

import random
import signal
import time
from datetime import timedelta

from tasks_app.models import WorkerNode
from tasks_app.services import nodes, queues
from tasks_app.services.tasks import NewTask
from tests.durability.conftest import wait_for_nodes
from tests.support.cluster import running_nodes
from tests.support.observed.heartbeats import observed_heartbeats
from tests.support.observed.idleness import Idleness
from tests.support.observed.ledger import Ledger

SIZES = {"node-1": 4, "node-2": 3}
ROUNDS = 20
IDLE_MAX = timedelta(seconds=1.5)
# Several processes take turns on the way to a claim: node, pool and database, and some of them
# twice. On a busy machine, each may be as late as the process that samples the heartbeats.
TURNS = 8


def test_no_slot_is_idle_while_a_task_that_fits_is_pending(transactional_db, journal):
    seed = random.randrange(10**6)
    choose = random.Random(seed)
    queues.create_queue("limited", running_limit=2)
    queues.create_queue("paused")
    with running_nodes() as cluster, observed_heartbeats() as heartbeats:
        for name, slots in SIZES.items():
            cluster.start_node(name, slots=slots)
        wait_for_nodes(len(SIZES))
        for _ in range(ROUNDS):
            create_some(journal, choose)
            disturb(cluster, choose)
            time.sleep(choose.uniform(0.1, 0.5))
        put_right(cluster)
        journal.check(seconds=90)

    Ledger.read().check()
    too_long = [
        (node, since, until)
        for (node, since), until in Idleness.read().until.items()
        if heartbeats.running(node, since, until)
        > IDLE_MAX + TURNS * heartbeats.lateness(since, until)
    ]
    assert too_long == [], seed


def create_some(journal, choose):
    news = [
        NewTask(
            a=number,
            b=1,
            queue=choose.choice(["default", "default", "limited", "paused"]),
            priority=choose.choice([3, 5, 5, 7]),
            slots=choose.choice([1, 1, 1, 1, 1, 1, 2, 3]),
            duration_ms=choose.choice([0, 50, 100, 400, 800]),
            max_attempts=100,
        )
        for number in range(choose.randrange(30))
    ]
    if news:
        journal.create_tasks(news)


def disturb(cluster, choose):
    name = choose.choice(list(SIZES))
    node = WorkerNode.objects.get(name__startswith=f"{name}@").name
    match choose.randrange(16):
        case 0:
            cluster.signal_all(name, signal.SIGKILL)
            cluster.start_node(name, slots=SIZES[name])
        case 1:
            nodes.pause_node(node)
        case 2:
            nodes.drain_node(node)
        case 3 | 4:
            nodes.resume_node(node)
        case 5:
            nodes.resize_node(node, slots=choose.randint(1, SIZES[name]))
        case 6:
            queues.pause_queue("paused")
        case 7:
            queues.resume_queue("paused")


def put_right(cluster):
    queues.resume_queue("paused")
    for name, slots in SIZES.items():
        node = WorkerNode.objects.get(name__startswith=f"{name}@").name
        nodes.resume_node(node)
        nodes.resize_node(node, slots=slots)
