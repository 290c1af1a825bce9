"""The clients that applications use: graphql-ws and graphql-sse."""

import json
import queue
import signal
import subprocess
import threading
from contextlib import contextmanager

import pytest

from schema.core.relay import global_id
from tasks_app.log import pages
from tests import node
from tests.support.cluster import running_cluster


class Program:
    """A program of tests/node, and what it says."""

    def __init__(self, script, *arguments):
        self._process = subprocess.Popen(
            [*node.command(script), *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._said = queue.Queue()
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()

    def next(self, *names):
        """The value of the next line by one of these names; others are skipped."""
        while True:
            name, value = self._said.get(timeout=20)
            if name in names:
                return value

    def end(self):
        """Its exit status, when it has been asked to end."""
        self._process.stdin.close()
        return self._process.wait(timeout=20)

    def kill(self):
        self._process.kill()
        self._process.wait()
        self._listener.join()
        self._process.stdin.close()
        self._process.stdout.close()

    def _listen(self):
        for line in self._process.stdout:
            self._said.put(json.loads(line))


@contextmanager
def program(script, url):
    running = Program(script, url, pages.head().encode())
    try:
        yield running
    finally:
        running.kill()


@pytest.fixture
def web(transactional_db):
    with running_cluster() as cluster:
        yield cluster


def test_graphql_ws_follows_through_a_crash_and_a_restart(web, make_task):
    url = f"ws://127.0.0.1:{web.port}/graphql/"
    with program("graphql-ws.mjs", url) as client:
        client.next("connected")
        assert client.next("query")["data"] == {"__typename": "Query"}
        client.next("query completed")
        [mistake] = client.next("mistake failed")
        assert mistake["message"].startswith("Cannot query field 'nothing'")
        assert client.next("syntax failed")[0]["message"].startswith("Syntax Error")
        client.next("pong")

        first = make_task()
        assert change(client) == (global_id("Task", first.pk), 1)
        for end in (signal.SIGKILL, signal.SIGTERM):
            web.processes["web"].send_signal(end)
            web.processes["web"].wait(timeout=20)
            assert client.next("closed") in (1006, 1012)
            while_away = make_task()
            web.start_web()
            client.next("connected")
            assert change(client) == (global_id("Task", while_away.pk), 1)
        assert client.end() == 0


def change(client):
    received = client.next("change", "change failed", "change completed")
    return received["taskId"], received["version"]


def test_graphql_sse_follows(web, make_task):
    with program("graphql-sse.mjs", f"{web.url}/graphql/stream/") as client:
        assert client.next("query")["data"] == {"__typename": "Query"}
        client.next("query completed")
        assert client.next("mistake")["errors"][0]["message"].startswith("Cannot query field")
        client.next("mistake completed")
        for _ in range(2):
            task = make_task()
            assert change(client) == (global_id("Task", task.pk), 1)
        assert client.end() == 0
