"""The WebSocket itself, with frames as they come from clients good and bad."""

import json
import signal
import threading
from contextlib import closing, suppress
from http.client import HTTPConnection

import psutil
import pytest
from django.db import connection, transaction
from websockets.exceptions import ConnectionClosed

from schema.transport import websocket
from tasks_app.log import pages
from tasks_app.services import tasks
from tests.subscriptions.client import socket
from tests.support.cluster import running_cluster
from tests.support.waiting import eventually


def subscribe(payload, id="1"):
    return json.dumps({"type": "subscribe", "id": id, "payload": payload})


def test_a_query_and_a_mutation_are_answered_once(client):
    client.subscribe("mutation { createTask(input: {a: 2, b: 3}) { task { a status } } }", id="m")
    assert client.data(id="m") == {"task": {"a": "2", "status": "PENDING"}}
    assert client.receive() == {"id": "m", "type": "complete"}

    client.subscribe("query Q($n: Int) { tasks(first: $n) { nodes { b } } }", id="q", n=1)
    answer = client.answer(id="q")
    assert answer["data"] == {"tasks": {"nodes": [{"b": "3"}]}}
    assert answer["extensions"]["cost"]["requested"] == 1 + 1 * 2
    assert client.receive() == {"id": "q", "type": "complete"}


@pytest.mark.parametrize(
    "frame",
    [
        *("", "{", "5", "null", '"x"', "[]", "[1]", "true", "{}", '{"type":5}', '{"type":"x"}'),
        *("[" * 60_000, '{"type":' * 8_000, '{"type":"ping","payload":"\\ud800"}'),
        *('{"type":"ping","payload":5}', '{"type":"subscribe"}', '{"type":"complete"}'),
        *('{"type":"complete","id":[]}', '{"type":"complete","id":""}'),
        subscribe(None),
        subscribe({}),
        subscribe([]),
        subscribe({"query": None}),
        subscribe({"query": ""}),
        subscribe({"query": 5}),
        subscribe({"query": "{ __typename }", "variables": []}),
        subscribe({"query": "{ __typename }", "variables": {"x": [[[[[[0] * 11_000]]]]]}}),
        subscribe({"query": "{ __typename }", "operationName": {}}),
        subscribe({"query": "{ __typename }", "extensions": 5}),
        subscribe({"query": "{ __typename }"}, id=[]),
        subscribe({"query": "{ __typename }"}, id=5),
        subscribe({"query": "{ __typename }"}, id=""),
        subscribe({"query": "{ __typename }"}, id="x" * 129),
        b'{"type":"ping"}',
    ],
    ids=lambda frame: repr(frame[:40]),
)
def test_a_frame_that_is_no_message_closes_the_socket(client, frame):
    client.send_raw(frame)

    assert client.close_code() == 4400


def test_the_close_says_what_was_wrong(client):
    client.send_raw('{"type":"subscribe","id":"1","payload":{"variables":{}}}')

    with pytest.raises(ConnectionClosed) as closed:
        client.receive()
    assert closed.value.rcvd.reason == "The message must have a `query`, a string that is not empty"


def test_a_frame_that_is_too_large_closes_the_socket(client):
    client.send_raw(json.dumps({"type": "ping", "payload": {"x": "x" * 70_000}}))

    assert client.close_code() == 1009


REFUSED = {
    "a syntax error": ("{", "Syntax Error"),
    "nothing to run": ("fragment F on Task { id }", "GraphQL operation"),
    "an unknown field": ("subscription { nothing }", "Cannot query field"),
    "two fields": (
        "subscription { a: cluster { cursor } b: cluster { cursor } }",
        "must select only one",
    ),
    "two operations": ("query A { __typename } query B { __typename }", "name the one to be run"),
    "a missing variable": (
        "subscription S($ms: Int!) { cluster(intervalMs: $ms) { cursor } }",
        "Variable '$ms'",
    ),
    "too much": ("{" + "queues { name } " * 300 + "}", "asks for too much"),
    "nothing selected": ("subscription { cluster @skip(if: true) { cursor } }", "`@skip`"),
}


@pytest.mark.parametrize(("query", "message"), REFUSED.values(), ids=REFUSED.keys())
def test_a_document_that_cannot_be_run_ends_only_its_operation(client, make_task, query, message):
    client.follow(id="other")
    client.subscribe(query)

    refusal = client.receive()
    assert (refusal["type"], refusal["id"]) == ("error", "1")
    assert message in refusal["payload"][0]["message"]
    make_task()
    assert client.data(id="other") == {"version": 1}
    client.subscribe("{ __typename }")  # the id is free again
    assert client.answer()["data"] == {"__typename": "Query"}


def test_an_id_is_used_once_at_a_time(client):
    client.follow()
    client.follow()

    assert client.close_code() == 4409


def test_completed_operation_sends_nothing_more(client, make_task):
    client.follow(id="ended")
    client.follow(id="other")
    client.send("complete", id="ended")
    client.send("complete", id="never begun")
    client.ping()

    make_task()

    assert client.data(id="other") == {"version": 1}
    client.ping()


def test_operations_of_a_socket_are_limited(client, make_task):
    for number in range(websocket.OPERATIONS_MAX):
        client.follow(id=f"{number}")
    client.follow(id="one more")

    refusal = client.receive()
    assert (refusal["type"], refusal["id"]) == ("error", "one more")
    make_task()
    ids = {client.receive()["id"] for _ in range(websocket.OPERATIONS_MAX)}
    assert ids == {f"{number}" for number in range(websocket.OPERATIONS_MAX)}


def test_flooding_client_is_closed(client):
    with suppress(ConnectionClosed):
        for _ in range(20_000):
            client.send("ping")

    assert client.close_code() == 1008


def test_connections_of_a_process_are_limited(transactional_db):
    with running_cluster(STREAMS_MAX="2") as server, socket(server) as one, socket(server):
        with socket(server, init=False) as three:
            assert three.close_code() == 1013
        status, _ = event_stream(server)
        assert status == 503
        one.send_raw("{")
        assert one.close_code() == 4400
        eventually(lambda: is_accepted(server))


def is_accepted(server):
    with socket(server, init=False) as another:
        another.send("connection_init")
        try:
            return another.receive() == {"type": "connection_ack"}
        except ConnectionClosed:
            return False


def event_stream(server):
    path, headers = "/graphql/stream/?query=%7B__typename%7D", {"Accept": "text/event-stream"}
    with closing(HTTPConnection("127.0.0.1", server.port, timeout=10)) as connection:
        connection.request("GET", path, headers=headers)
        response = connection.getresponse()
        return response.status, response.read().decode()


def test_slow_query_does_not_delay_other_clients(client, server, make_task):
    """A ping and a change come through while PostgreSQL keeps a query of another socket waiting."""
    with socket(server) as slow:
        client.follow()
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("LOCK TABLE tasks_app_queue IN ACCESS EXCLUSIVE MODE")
            slow.subscribe("{ queues { name } }")
            eventually(is_waiting_for_a_lock)

            client.ping()
            slow.ping()
            other = threading.Thread(target=write_elsewhere)
            other.start()
            other.join()
            # The transaction with the lock has no id of its own, so the log is read up to its end.
            assert client.data() == {"version": 1}
        assert slow.data() == [{"name": "default"}]


def write_elsewhere():
    tasks.create_task(tasks.NewTask(a=1, b=1))
    connection.close()


def is_waiting_for_a_lock():
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
        return cursor.fetchone()[0]


def test_stopping_server_closes_its_sockets_with_a_code(transactional_db):
    with running_cluster() as server, socket(server) as client:
        client.follow()
        client.ping()

        server.processes["web"].send_signal(signal.SIGTERM)

        assert client.close_code() == 1012
        assert server.processes["web"].wait(timeout=20) in (0, -signal.SIGTERM)


@pytest.mark.slow
def test_client_that_reads_nothing_is_cut_off_and_delays_no_other(client, server):
    # About 1,500 bytes a change, of which two networks take a few megabytes.
    wide = " ".join(f"c{number}: cursor" for number in range(30))
    query = f"subscription S($after: String) {{ taskStatusChanged(after: $after) {{ {wide} }} }}"
    count = 5_000
    after = pages.head().encode()
    client.follow()
    with socket(server, max_queue=1) as deaf:
        port = deaf.port
        deaf.subscribe(query, after=after)
        for start in range(0, count, 1_000):
            tasks.create_tasks([tasks.NewTask(a=start + n, b=1) for n in range(1_000)])

        for _ in range(count):
            assert client.data() == {"version": 1}
        eventually(lambda: port not in ports_of_clients(server), seconds=60)
    client.ping()


def ports_of_clients(server):
    web = psutil.Process(server.processes["web"].pid)
    return {it.raddr.port for it in web.net_connections("tcp4") if it.raddr}
