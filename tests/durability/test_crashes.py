"""What was acknowledged survives. Each test breaks something while the cluster works."""

import signal
import threading
import time
from collections import Counter

import pytest
from celery import current_app
from django.db import connection
from django.db.models import F
from redis import Redis

from tasks_app import dispatch
from tasks_app.models import ClusterEvent, Task, TaskResult
from tasks_app.services import tasks
from tasks_app.services.tasks import NewTask
from tasks_app.sql.tasks.leases import WORKER_LOST_MESSAGE
from tests.durability.conftest import wait_for_nodes
from tests.support.cluster import running_nodes
from tests.support.waiting import eventually


def runs_by_node():
    names = Task.objects.filter(status="SUCCESS").values_list("node__name", flat=True)
    return Counter(name.split("@")[0] for name in names)


def running_on(node):
    return list(Task.objects.filter(status="RUNNING", node__name__startswith=f"{node}@"))


def test_every_message_is_deleted_from_the_broker(cluster, journal, own_engines):
    for node in ("node-1", "node-2"):
        cluster.signal_all(node, signal.SIGSTOP)
    with Redis.from_url(own_engines.valkey.url) as broker:
        while not broker.llen("default"):
            journal.create_many(100)
            assert dispatch.wait_until_idle(10)
        broker.flushall()
    for node in ("node-1", "node-2"):
        cluster.signal_all(node, signal.SIGCONT)

    journal.check()


def test_tasks_run_while_the_broker_is_unavailable(cluster_with_api, journal, own_engines):
    own_engines.valkey.stop()
    try:
        for i in range(50):
            status, task = cluster_with_api.request("POST", "/tasks/", {"a": i, "b": 1})
            assert status == 201
            journal.note(task["id"], i + 1)
        journal.create_many(20, duration_ms=100)

        journal.check()
    finally:
        own_engines.valkey.start()

    assert set(runs_by_node()) == {"node-1", "node-2"}


def test_tasks_run_when_the_broker_is_available_again(cluster, journal, own_engines):
    own_engines.valkey.stop()
    journal.create_many(10)
    journal.check()

    own_engines.valkey.start()
    journal.create_many(20, duration_ms=100)

    journal.check()


def test_nodes_that_start_without_the_broker_run_tasks(transactional_db, journal, own_engines):
    own_engines.valkey.stop()
    try:
        with running_nodes("node-1"):
            wait_for_nodes(1)
            journal.create_many(20, duration_ms=10)
            journal.check()
    finally:
        own_engines.valkey.start()


def test_the_broker_hangs_while_tasks_are_created(cluster_with_api, journal, own_engines):
    own_engines.valkey.pause()
    try:
        for i in range(50):
            status, task = cluster_with_api.request("POST", "/tasks/", {"a": i, "b": 1})
            assert status == 201
            journal.note(task["id"], i + 1)
    finally:
        own_engines.valkey.resume()

    journal.check()


def test_the_processes_of_a_node_are_killed_while_they_work(cluster_of_long_leases, journal):
    cluster = cluster_of_long_leases
    journal.create_many(8, duration_ms=3000)
    journal.create_many(500)
    eventually(lambda: running_on("node-1"))

    for process in cluster.pool("node-1"):
        process.kill()

    journal.check()
    assert Task.objects.filter(attempt=2).exists()


def test_a_whole_node_is_killed_while_it_works(cluster, journal):
    journal.create_many(8, duration_ms=2000)
    lost = eventually(lambda: running_on("node-1"))

    cluster.signal_all("node-1", signal.SIGKILL)

    journal.check()
    lost_ids = [task.pk for task in lost]
    assert set(TaskResult.objects.filter(task__in=lost_ids).values_list("attempt", flat=True)) == {
        2
    }


def test_a_node_that_was_frozen_past_its_lease_comes_back(cluster, journal):
    journal.create_many(6, duration_ms=1500)
    frozen = eventually(lambda: running_on("node-1"))

    cluster.signal_all("node-1", signal.SIGSTOP)
    journal.check()
    cluster.signal_all("node-1", signal.SIGCONT)
    journal.create_many(20, duration_ms=10)

    journal.check()
    results = TaskResult.objects.filter(task__in=[task.pk for task in frozen])
    assert {(result.attempt, result.node.name.split("@")[0]) for result in results} == {
        (2, "node-2")
    }


def test_surplus_wake_ups_do_no_harm(cluster, journal, own_engines):
    journal.create_many(300)

    for _ in range(200):
        current_app.send_task(dispatch.CLAIM)

    journal.check()
    with Redis.from_url(own_engines.valkey.url) as broker:
        eventually(lambda: broker.llen("default") == 0)
    assert not Task.objects.exclude(attempt=1).exists()


@pytest.mark.parametrize("how", ["stop", "kill"])
def test_postgresql_restarts_while_tasks_run(cluster_with_api, journal, own_engines, how):
    answers = []
    journal.create_many(12, duration_ms=700)

    def create_meanwhile():
        for i in range(40):
            answers.append((i, *cluster_with_api.request("POST", "/tasks/", {"a": i, "b": 5})))
            time.sleep(0.05)

    client = threading.Thread(target=create_meanwhile)
    client.start()
    eventually(lambda: len(answers) > 5)
    connection.close()
    getattr(own_engines.postgres, how)()
    own_engines.postgres.start()
    client.join()

    for i, status, body in answers:
        assert status in (201, 503), body
        if status == 201:
            journal.note(body["id"], i + 5)
    journal.check()
    assert {status for _, status, _ in answers} >= {201}


def test_a_task_that_kills_its_process_stops_after_its_attempts(cluster_of_long_leases, journal):
    cluster = cluster_of_long_leases
    [poison], _ = tasks.create_tasks([NewTask(a=1, b=1, duration_ms=60_000, max_attempts=3)])
    journal.create_many(50, duration_ms=1)

    for attempt in (1, 2, 3):
        tries = Task.objects.filter(pk=poison, status="RUNNING", attempt=attempt)
        kill_process_of(cluster, eventually(tries.all().first))

    row = eventually(lambda: Task.objects.filter(pk=poison, status="FAILED").first())
    assert (row.attempt, row.failed_message) == (3, WORKER_LOST_MESSAGE)
    assert not row.results.exists()
    journal.check()


def kill_process_of(cluster, task):
    """The pool process does not say who it is; the other one is idle and may die as well."""
    for process in cluster.pool(task.node.name.split("@")[0]):
        process.kill()


def test_attempts_that_fail_on_purpose_are_retried_when_they_are_due(cluster, journal):
    journal.create_many(20, fail_attempts=2, retry_backoff_ms=300)
    journal.create_many(20)

    journal.check()

    retried = Task.objects.filter(fail_attempts=2)
    assert set(retried.values_list("attempt", flat=True)) == {3}
    assert not retried.filter(started_at__lt=F("due_at")).exists()
    assert ClusterEvent.objects.filter(kind="TASK_ATTEMPT_FAILED").exists()
    assert not ClusterEvent.objects.filter(kind="TASK_REQUEUED").exists()
