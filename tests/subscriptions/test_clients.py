"""The clients that applications use: graphql-ws and graphql-sse."""

import signal
from contextlib import contextmanager

import pytest

from schema.core.relay import global_id
from tasks_app.log import pages
from tests.node.program import Program
from tests.support.cluster import running_cluster


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


@pytest.mark.slow
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
