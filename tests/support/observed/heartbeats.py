"""The heartbeats of all nodes while a test runs, and how late the machine was meanwhile."""

import threading
from collections import defaultdict
from contextlib import contextmanager
from datetime import timedelta
from itertools import pairwise

from django.db import connection
from django.utils import timezone

from tasks_app.models import WorkerNode
from tasks_app.services.nodes import HEARTBEAT_SECONDS

SAMPLE = timedelta(seconds=0.2)
# A node whose next heartbeat comes later than this was dead, frozen or without a processor.
BETWEEN_MAX = timedelta(seconds=HEARTBEAT_SECONDS + 0.5)


class Heartbeats:
    """Samples of the nodes' heartbeats. The sampling itself shows how late processes get to run."""

    def __init__(self):
        self._sampled_at = [timezone.now()]
        self._times = defaultdict(set)

    def sample(self):
        for node, time in WorkerNode.objects.values_list("pk", "heartbeat_at"):
            self._times[node].add(time)
        self._sampled_at.append(timezone.now())

    def running(self, node, since, until):
        """Return for how much of a time the node was running: from one heartbeat to the next."""
        spans = pairwise(sorted(self._times[node]))
        return sum(
            (
                max(min(end, until) - max(start, since), timedelta())
                for start, end in spans
                if end - start <= BETWEEN_MAX
            ),
            timedelta(),
        )

    def lateness(self, since, until):
        """Return the longest delay of a sample in a time."""
        samples = pairwise(self._sampled_at)
        during = (end - start - SAMPLE for start, end in samples if start < until and end > since)
        return max(during, default=timedelta())


@contextmanager
def observed_heartbeats():
    """Collect the heartbeats within the block."""
    heartbeats, is_over = Heartbeats(), threading.Event()

    def observe():
        while not is_over.wait(SAMPLE.total_seconds()):
            heartbeats.sample()
        connection.close()

    observer = threading.Thread(target=observe)
    observer.start()
    try:
        yield heartbeats
    finally:
        is_over.set()
        observer.join()
