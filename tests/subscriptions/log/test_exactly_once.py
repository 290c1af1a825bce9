"""A subscriber sees every change exactly once, while any part fails."""

import random
import threading
from collections import defaultdict
from contextlib import suppress

import pytest
from django.conf import settings
from redis import Redis
from websockets.exceptions import InvalidHandshake, WebSocketException

from schema.core.relay import global_id
from tasks_app.log import pages
from tasks_app.models import Task
from tasks_app.services import tasks
from tasks_app.services.tasks import NewTask
from tests.subscriptions.client import socket
from tests.support.cluster import running_cluster
from tests.support.waiting import eventually

TASKS, BATCH = 4_000, 200
DEATHS = 50
LIFE = [(1, "PENDING"), (2, "RUNNING"), (3, "SUCCESS")]
CHANGES = """
subscription S($after: String) {
  taskStatusChanged(after: $after) { taskId version status cursor task { result } }
}
"""


class Subscriber(threading.Thread):
    """Dies again and again, and comes back with the last cursor that it has seen."""

    def __init__(self, server, after):
        super().__init__(daemon=True)
        self._server = server
        self._after = after
        self._chance = random.Random(7)
        self.deaths = 0
        self.seen = []

    def run(self):
        while len(self.seen) < TASKS * len(LIFE):
            with suppress(OSError, WebSocketException, InvalidHandshake, EOFError):
                self._live()

    def _live(self):
        life = self._chance.randrange(TASKS * len(LIFE) // DEATHS)
        with socket(self._server, open_timeout=2) as client:
            client.subscribe(CHANGES, after=self._after)
            for _ in range(life if self.deaths < DEATHS else TASKS * len(LIFE)):
                change = client.data()
                self.seen.append((change["taskId"], change["version"], change["status"]))
                self._after = change["cursor"]
            # As a process does that is killed.
            client.vanish()
            self.deaths += 1


@pytest.fixture
def cluster(transactional_db):
    with running_cluster() as cluster:
        for name in ("node-1", "node-2"):
            cluster.start_node(name, app="tests.subscriptions.log.lossy")
        yield cluster


@pytest.mark.slow
def test_each_change_is_seen_once_and_in_order(cluster):
    subscriber = Subscriber(cluster, pages.head().encode())
    subscriber.start()
    finished = Task.objects.filter(status="SUCCESS")

    for number in range(TASKS // BATCH):
        tasks.create_tasks([NewTask(a=n, b=number) for n in range(BATCH)])
        if number % 2:
            lose_notifications()
        if number == TASKS // BATCH // 2:
            restart_web(cluster)
    eventually(lambda: finished.count() == TASKS, seconds=120)
    subscriber.join(timeout=120)

    lives = defaultdict(list)
    for id, version, status in subscriber.seen:
        lives[id].append((version, status))
    ids = Task.objects.values_list("pk", flat=True)
    assert lives == {global_id("Task", id): LIFE for id in ids}
    assert subscriber.deaths >= DEATHS


def lose_notifications():
    with Redis.from_url(settings.REDIS_URL) as valkey:
        valkey.execute_command("CLIENT", "KILL", "TYPE", "pubsub")


def restart_web(cluster):
    cluster.processes["web"].terminate()
    cluster.processes["web"].wait(timeout=20)
    cluster.start_web()
