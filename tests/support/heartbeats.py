"""The heartbeats of all nodes while a test runs."""

import threading
from collections import defaultdict
from contextlib import contextmanager
from datetime import timedelta

from django.db import connection

from tasks_app.models import WorkerNode
from tasks_app.services.nodes import HEARTBEAT_SECONDS

SAMPLE_SECONDS = HEARTBEAT_SECONDS / 10


class Heartbeats:
    """The times of the heartbeats by node. A busy machine misses some, and finds none too many."""

    def __init__(self):
        self._times = defaultdict(set)

    def sample(self):
        for node, time in WorkerNode.objects.values_list("pk", "heartbeat_at"):
            self._times[node].add(time)

    def looks(self, node, since, until):
        """Return how often a node has looked for work in a time: after each regular heartbeat.

        Commands make it send others in between.
        """
        looks, last = 0, since
        for time in sorted(self._times[node]):
            if last + timedelta(seconds=HEARTBEAT_SECONDS) <= time < until:
                looks, last = looks + 1, time
        return looks


@contextmanager
def observed_heartbeats():
    """Collect the heartbeats within the block."""
    heartbeats, is_over = Heartbeats(), threading.Event()

    def observe():
        while not is_over.wait(SAMPLE_SECONDS):
            heartbeats.sample()
        connection.close()

    observer = threading.Thread(target=observe)
    observer.start()
    try:
        yield heartbeats
    finally:
        is_over.set()
        observer.join()
