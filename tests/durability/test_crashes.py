"""What was acknowledged survives. Each test breaks something while the cluster works."""

import signal
import threading
import time

import pytest
from celery import current_app
from django.db import connection
from redis import Redis

from tasks_app import dispatch
from tasks_app.models import Task, TaskResult
from tasks_app.models.leases import WORKER_LOST_MESSAGE
from tasks_app.services import tasks
from tasks_app.services.tasks import NewTask
from tests.live import eventually


def create_many(journal, count, **wish):
    news = [NewTask(a=i, b=2 * i, **wish) for i in range(count)]
    for id, new in zip(tasks.create_tasks(news).ids, news, strict=True):
        journal.note(id, new.a + new.b)


def finished():
    return Task.objects.filter(status="SUCCESS").count()


def running_on(node):
    return list(Task.objects.filter(status="RUNNING", node__name__startswith=f"{node}@"))


def test_every_message_is_deleted_from_the_broker(cluster, journal, own_engines):
    for node in ("node-1", "node-2"):
        cluster.signal_all(node, signal.SIGSTOP)
    create_many(journal, 1000)
    assert dispatch.wait_until_idle(10)

    with Redis.from_url(own_engines.valkey.url) as broker:
        assert dispatch.waiting(["default"])["default"] > 0
        broker.flushall()
    for node in ("node-1", "node-2"):
        cluster.signal_all(node, signal.SIGCONT)

    journal.check()


def test_the_broker_is_away_while_tasks_are_created(cluster, journal, own_engines):
    own_engines.valkey.stop()
    slowest, began = 0.0, time.monotonic()
    for i in range(200):
        time.sleep(max(0.0, began + i / 10 - time.monotonic()))  # for 20 seconds
        started = time.monotonic()
        status, task = cluster.request("POST", "/tasks/", {"a": i, "b": 1})
        slowest = max(slowest, time.monotonic() - started)
        assert status == 201
        journal.note(task["id"], i + 1)
    assert not Task.objects.exclude(status="PENDING").exists()
    assert slowest < 1

    own_engines.valkey.start()

    journal.check()


def test_the_broker_hangs_while_tasks_are_created(cluster, journal, own_engines):
    own_engines.valkey.pause()
    try:
        for i in range(50):
            status, task = cluster.request("POST", "/tasks/", {"a": i, "b": 1})
            assert status == 201
            journal.note(task["id"], i + 1)
    finally:
        own_engines.valkey.resume()

    journal.check()


def test_the_processes_of_a_node_are_killed_while_they_work(cluster_of_long_leases, journal):
    cluster = cluster_of_long_leases
    create_many(journal, 8, duration_ms=3000)
    create_many(journal, 500)
    eventually(lambda: running_on("node-1"))

    for process in cluster.pool("node-1"):
        process.kill()

    journal.check()
    assert Task.objects.filter(attempt=2).exists()


def test_a_whole_node_is_killed_while_it_works(cluster, journal):
    create_many(journal, 8, duration_ms=2000)
    lost = eventually(lambda: running_on("node-1"))

    cluster.signal_all("node-1", signal.SIGKILL)

    journal.check()
    lost_ids = [task.pk for task in lost]
    assert set(TaskResult.objects.filter(task__in=lost_ids).values_list("attempt", flat=True)) == {
        2
    }


def test_a_node_that_was_frozen_past_its_lease_comes_back(cluster, journal):
    create_many(journal, 6, duration_ms=1500)
    frozen = eventually(lambda: running_on("node-1"))

    cluster.signal_all("node-1", signal.SIGSTOP)
    journal.check()
    cluster.signal_all("node-1", signal.SIGCONT)
    create_many(journal, 20, duration_ms=10)

    journal.check()
    results = TaskResult.objects.filter(task__in=[task.pk for task in frozen])
    assert {(result.attempt, result.node.name.split("@")[0]) for result in results} == {
        (2, "node-2")
    }


def test_each_message_is_delivered_five_times(cluster, journal):
    create_many(journal, 300)
    ids = list(journal.sums)

    for _ in range(5):
        for start in range(0, len(ids), 50):
            current_app.send_task(dispatch.EXECUTE, args=[ids[start : start + 50]])

    journal.check()
    eventually(lambda: dispatch.waiting(["default"]) == {"default": 0})
    assert not Task.objects.exclude(attempt=1).exists()


@pytest.mark.parametrize("how", ["stop", "kill"])
def test_postgresql_restarts_while_tasks_run(cluster, journal, own_engines, how):
    answers = []
    create_many(journal, 12, duration_ms=700)

    def create_meanwhile():
        for i in range(40):
            answers.append((i, *cluster.request("POST", "/tasks/", {"a": i, "b": 5})))
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
    create_many(journal, 50, duration_ms=1)

    for attempt in (1, 2, 3):
        tries = Task.objects.filter(pk=poison, status="RUNNING", attempt=attempt)
        kill_whoever_runs(cluster, eventually(tries.all().first))

    row = eventually(lambda: Task.objects.filter(pk=poison, status="FAILED").first())
    assert (row.attempt, row.failed_message) == (3, WORKER_LOST_MESSAGE)
    assert not row.results.exists()
    journal.check()


def kill_whoever_runs(cluster, task):
    """The pool process does not say who it is; the other one is idle and may die as well."""
    for process in cluster.pool(task.node.name.split("@")[0]):
        process.kill()
