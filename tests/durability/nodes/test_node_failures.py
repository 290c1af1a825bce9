"""Nodes that are controlled, stopped and killed while they work, as real processes."""

import signal
from collections import Counter

import pytest

from tasks_app.models import ClusterEvent, Task, WorkerNode
from tasks_app.services import nodes as nodes
from tasks_app.services import queues
from tests.durability.conftest import wait_for_nodes
from tests.support.cluster import running_nodes
from tests.support.observed.ledger import Ledger
from tests.support.waiting import eventually


def node(name):
    return WorkerNode.objects.get(name__startswith=f"{name}@")


def running_on(name):
    return Task.objects.filter(status="RUNNING", node__name__startswith=f"{name}@")


def runs_by_node():
    names = Task.objects.filter(status="SUCCESS").values_list("node__name", flat=True)
    return Counter(name.split("@")[0] for name in names)


@pytest.fixture
def three_nodes(transactional_db):
    with running_nodes("node-1", "node-2", "node-3") as cluster:
        wait_for_nodes(3)
        yield cluster


def test_the_load_is_spread_and_others_take_over_what_a_drained_node_leaves(three_nodes, journal):
    assert list(WorkerNode.objects.values_list("slots", flat=True)) == [2, 2, 2]
    journal.create_many(100, duration_ms=200)
    journal.check()
    assert all(20 <= count <= 50 for count in runs_by_node().values()), runs_by_node()

    journal.create_many(60, duration_ms=200)
    eventually(running_on("node-1").exists)
    nodes.drain_node(node("node-1").name, note="a new disk")
    eventually(lambda: node("node-1").scheduling == "DRAINED")

    assert not running_on("node-1").exists()
    drained_with = runs_by_node()["node-1"]
    journal.check()
    assert runs_by_node()["node-1"] == drained_with
    assert not Task.objects.exclude(attempt=1).exists()
    Ledger.read().check()


def test_a_node_that_is_killed_is_found_and_its_tasks_are_done_by_others(three_nodes, journal):
    journal.create_many(30, duration_ms=3000)
    lost = eventually(lambda: [task.pk for task in running_on("node-2")])

    three_nodes.signal_all("node-2", signal.SIGKILL)
    eventually(lambda: node("node-2").connection == "OFFLINE", seconds=12)

    again = Task.objects.filter(pk__in=lost, status="SUCCESS", attempt=2)
    eventually(lambda: again.count() == len(lost), seconds=15)
    journal.check()
    assert not again.filter(node=node("node-2")).exists()
    assert ClusterEvent.objects.filter(kind="NODE_OFFLINE", node=node("node-2")).count() == 1
    Ledger.read().check()


def test_pool_has_as_many_processes_as_the_node_has_slots(cluster, journal):
    def resize(slots):
        nodes.resize_node(node("node-1").name, slots=slots)
        eventually(lambda: node("node-1").slots == slots)
        eventually(lambda: len(cluster.pool("node-1")) == slots)

    resize(4)
    resize(2)
    resize(3)
    journal.create_many(40, duration_ms=50)
    journal.check()

    assert len(cluster.pool("node-1")) == 3
    assert set(runs_by_node()) == {"node-1", "node-2"}


def test_orders_outlive_the_process_that_was_to_follow_them(cluster, journal):
    nodes.pause_node(node("node-1").name)
    nodes.resize_node(node("node-1").name, slots=4)
    eventually(lambda: node("node-1").slots == 4)
    before = node("node-1").pid

    cluster.signal_all("node-1", signal.SIGKILL)
    cluster.start_node("node-1")
    eventually(lambda: node("node-1").pid != before and node("node-1").slots == 4)
    journal.create_many(20, duration_ms=50)
    journal.check()
    assert set(runs_by_node()) == {"node-2"}

    nodes.resume_node(node("node-1").name)
    nodes.resize_node(node("node-1").name, slots=1)
    eventually(lambda: node("node-1").slots == 1)
    journal.create_many(60, duration_ms=50)
    journal.check()
    assert set(runs_by_node()) == {"node-1", "node-2"}
    Ledger.read().check()


def test_orders_are_followed_without_the_broker(cluster, own_engines):
    own_engines.valkey.stop()
    try:
        nodes.stop_node(node("node-1").name)
        assert eventually(lambda: cluster.processes["node-1"].poll() is not None)
        eventually(lambda: node("node-1").connection == "OFFLINE")
    finally:
        own_engines.valkey.start()


def test_a_node_that_is_stopped_finishes_what_it_runs(cluster, journal):
    journal.create_many(4, duration_ms=1500)
    eventually(running_on("node-1").exists)

    nodes.stop_node(node("node-1").name)

    assert eventually(lambda: cluster.processes["node-1"].poll() is not None) is not None
    assert cluster.processes["node-1"].returncode == 0
    assert node("node-1").connection == "OFFLINE"
    assert node("node-1").stop_requested_at is None
    journal.check()
    assert not Task.objects.exclude(attempt=1).exists()


def test_nodes_serve_new_and_assigned_queues(cluster, journal):
    queues.create_queue("reports")
    journal.create_many(4, queue="reports")
    journal.check()

    nodes.assign_node(node("node-1").name, queues=["reports"])
    eventually(lambda: node("node-1").queues == ["reports"])
    journal.create_many(20, duration_ms=20)
    journal.check()
    default = Task.objects.filter(queue="default")
    assert set(default.values_list("node__name", flat=True)) == {node("node-2").name}


def test_a_pause_and_a_limit_hold_over_two_nodes_and_a_restart(cluster, journal):
    queues.create_queue("limited", running_limit=3)
    queues.pause_queue("limited", note="not yet")
    journal.create_many(30, queue="limited", duration_ms=200)
    journal.create_many(300, queue="limited")
    journal.create_many(10)
    eventually(lambda: Task.objects.filter(queue="default", status="SUCCESS").count() == 10)
    cluster.signal_all("node-1", signal.SIGKILL)
    cluster.start_node("node-1")
    wait_for_nodes(2)
    assert not Task.objects.filter(queue="limited").exclude(status="PENDING").exists()

    queues.resume_queue("limited")
    eventually(Task.objects.filter(queue="limited", status="RUNNING").exists)
    cluster.signal_all("node-2", signal.SIGKILL)
    cluster.start_node("node-2")

    journal.check()
    ledger = Ledger.read()
    ledger.check()
    assert ledger.most_running["limited"] == 3


def test_the_urgent_come_first(transactional_db, journal):
    with running_nodes("node-1"):
        wait_for_nodes(1)
        journal.create_many(1000, priority=1, duration_ms=5)
        journal.create_many(100, priority=9, duration_ms=5)
        journal.check()

    ended = list(Task.objects.order_by("finished_at").values_list("priority", flat=True))
    median_low = [place for place, priority in enumerate(ended) if priority == 1][500]
    assert ended[:median_low].count(9) >= 95


def test_costly_tasks_do_not_starve(transactional_db, journal):
    with running_nodes() as cluster:
        cluster.start_node("node-1", slots=4)
        cluster.start_node("node-2", slots=3)
        wait_for_nodes(2)
        journal.create_many(150, duration_ms=50)
        journal.create_many(5, duration_ms=50, slots=4)
        journal.create_many(20, duration_ms=50, slots=2)
        journal.create_many(600, duration_ms=50)
        journal.check(seconds=90)

    ledger = Ledger.read()
    ledger.check()
    costly = Task.objects.filter(slots=4)
    assert {task.node.name.split("@")[0] for task in costly} == {"node-1"}
    # In the tail of the plain ones, which were there as long, some end after all costly ones.
    last_costly = costly.latest("finished_at").finished_at
    assert Task.objects.filter(slots=1, finished_at__gt=last_costly).exists()
