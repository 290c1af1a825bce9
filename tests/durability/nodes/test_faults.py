"""Faults on demand, in real nodes: one that is killed, and one that is frozen."""

import signal

import psutil

from tasks_app.models import ClusterEvent, Task, WorkerNode
from tasks_app.services.nodes import faults
from tests.durability.conftest import wait_for_nodes
from tests.support.observed.ledger import Ledger
from tests.support.waiting import eventually


def node(name):
    return WorkerNode.objects.get(name__startswith=f"{name}@")


def running_on(name):
    return Task.objects.filter(status="RUNNING", node__name__startswith=f"{name}@")


def states(processes):
    return {process.status() for process in processes}


def test_node_that_is_killed_ends_with_its_pool_and_others_do_its_tasks(cluster, journal):
    journal.create_many(8, duration_ms=3000)
    lost = eventually(lambda: [task.pk for task in running_on("node-1")])
    pool = cluster.pool("node-1")

    faults.kill_node(node("node-1").name)

    eventually(lambda: cluster.processes["node-1"].poll() is not None)
    assert cluster.processes["node-1"].returncode == -signal.SIGKILL
    eventually(lambda: not any(psutil.pid_exists(process.pid) for process in pool))
    eventually(lambda: node("node-1").connection == "OFFLINE", seconds=20)
    cluster.start_node("node-1")
    wait_for_nodes(2)
    journal.check()
    assert set(Task.objects.filter(pk__in=lost).values_list("attempt", flat=True)) == {2}
    # The process that took its place is spared.
    assert cluster.processes["node-1"].poll() is None
    Ledger.read().check()


def test_frozen_node_continues_by_itself_and_its_late_results_are_refused(cluster, journal):
    journal.create_many(8, duration_ms=3000)
    lost = eventually(lambda: [task.pk for task in running_on("node-1")])
    main = psutil.Process(cluster.processes["node-1"].pid)
    pool = main.children()

    # Longer than the leases, and than the silence after which a node is offline.
    faults.freeze_node(node("node-1").name, seconds=13)

    eventually(lambda: states([main, *pool]) == {psutil.STATUS_STOPPED})
    eventually(lambda: node("node-1").connection == "OFFLINE", seconds=20)
    again = Task.objects.filter(pk__in=lost, attempt=2, status="SUCCESS")
    eventually(lambda: again.count() == len(lost), seconds=20)
    eventually(lambda: node("node-1").connection == "ONLINE", seconds=20)
    # It is the same process, and the one that let it continue has ended.
    assert node("node-1").pid == main.pid
    eventually(lambda: not [each for each in main.children(recursive=True) if is_freezer(each)])
    journal.create_many(8, duration_ms=200)
    journal.check()
    assert ClusterEvent.objects.filter(kind="FAULT_INJECTED").count() == 1
    Ledger.read().check()


def test_freeze_ends_with_the_node(cluster):
    main = psutil.Process(cluster.processes["node-1"].pid)
    pool = main.children()
    faults.freeze_node(node("node-1").name, seconds=120)
    eventually(lambda: states([main, *pool]) == {psutil.STATUS_STOPPED})
    [freezer] = [each for each in main.children() if is_freezer(each)]

    main.kill()
    cluster.processes["node-1"].wait()

    eventually(lambda: not freezer.is_running(), seconds=10)
    eventually(lambda: not any(process.is_running() for process in pool), seconds=20)


def is_freezer(process):
    return any(part.endswith("freezer.py") for part in process.cmdline())
