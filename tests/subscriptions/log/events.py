"""Subscriptions to the event log."""

import threading
from contextlib import contextmanager

from django.db import connection

EVENTS = """
subscription Log($after: String, $kinds: [ClusterEventKind!]) {
  clusterEvents(after: $after, kinds: $kinds) {
    __typename
    ... on EventBatch {
      cursor caughtUp
      events {
        cursor kind at actor message queue previousStatus status
        taskIds versions attempts scheduleIds workerNode { name connection }
      }
    }
    ... on StreamHeartbeat { at cursor }
    ... on StreamGap { cursor }
  }
}
"""


def batches(client, count):
    """Take events until there are `count`."""
    found = []
    while len(found) < count:
        message = client.data()
        assert message["__typename"] == "EventBatch"
        found += message["events"]
    return found


def begin(client, *, id="1", **variables):
    client.subscribe(EVENTS, id=id, **variables)
    first = client.data(id=id)
    assert (first["__typename"], first["events"]) == ("EventBatch", [])
    return first["cursor"]


@contextmanager
def another_connection():
    """Runs functions in a thread, and so in a transaction of its own."""
    work, done = threading.Semaphore(0), threading.Semaphore(0)
    jobs = []

    def loop():
        while True:
            work.acquire()
            job = jobs.pop()
            if job is None:
                connection.close()
                return
            job()
            done.release()

    thread = threading.Thread(target=loop)
    thread.start()

    def run(job):
        jobs.append(job)
        work.release()
        assert done.acquire(timeout=30)

    try:
        yield run
    finally:
        jobs.append(None)
        work.release()
        thread.join()
