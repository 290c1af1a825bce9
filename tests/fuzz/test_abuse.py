"""Clients that mean no good, all at once: they are refused, and the others do not notice."""

import socket as sockets
import threading
from contextlib import ExitStack, suppress

import pytest
from websockets.exceptions import ConnectionClosed

from tasks_app.log import pages
from tests.subscriptions.client import socket
from tests.support.cluster import running_cluster

STRICT = {"Accept": "application/graphql-response+json"}
CREATED = 60

_BOMB = " ".join(
    [
        "{ ...F0 }",
        *(f"fragment F{n} on Query {{ ...F{n + 1} ...F{n + 1} }}" for n in range(40)),
        "fragment F40 on Query { __typename }",
    ]
)
_NEST = "{ tasks(first: 100) { nodes { " + "schedule { task { " * 9 + "id" + " } }" * 9 + " } } }"
_ALIASES = "{ " + " ".join(f"a{n}: cluster {{ __typename }}" for n in range(400)) + " }"
_COSTLY = "{ tasks(first: 100) { nodes { history(last: 100) { kind at } } } }"
DOCUMENTS = [_BOMB, _NEST, _ALIASES, _COSTLY, "{ " * 5_000, "{ __typename } " * 3_000]


def send_documents(server):
    """Each is refused without being run; so are many in one request."""
    for document in DOCUMENTS:
        status, answer = server.request("POST", "/graphql/", {"query": document}, headers=STRICT)
        assert (status, list(answer)) == (400, ["errors"]), document[:80]
    batch = [{"query": "{ __typename }"}] * 1_000
    assert server.request("POST", "/graphql/", batch, headers=STRICT)[0] == 400


def send_a_huge_body(server):
    """It is read to its end, kept no further than allowed, and refused."""
    body = {"a": 1, "b": 2, "more": "x" * 50_000_000}
    assert server.request("POST", "/tasks/", body)[0] == 400


def subscribe_ten_thousand_times(server):
    with socket(server) as client:
        follow = {"query": "subscription { taskStatusChanged { version } }"}
        with suppress(ConnectionClosed, OSError):
            for n in range(10_000):
                client.send("subscribe", id=str(n), payload=follow)
        assert client.close_code() in (1008, 4429)


def send_frames_that_are_none(server):
    for frame in ("[]", "5", "null", '{"type": 5}', "[" * 60_000, '{"type": "subscribe"}', "\0"):
        with socket(server) as client:
            client.send_raw(frame)
            assert client.close_code() == 4400, frame[:20]


def dawdle(server, stack):
    """Requests that never come to an end, a letter at a time, and who listens to no answer."""
    for _ in range(30):
        connection = stack.enter_context(sockets.create_connection(("127.0.0.1", server.port)))
        connection.sendall(b"POST /tasks/ HTTP/1.1\r\nHost: localhost\r\nX-Slow: ")
        follower = stack.enter_context(socket(server))
        follower.follow()
        stack.callback(follower.vanish)


@pytest.fixture
def server(transactional_db):
    with running_cluster("node-1") as cluster:
        yield cluster


def test_abusive_clients_are_refused_and_others_are_not_affected(server):
    failures = []

    def run(abuse):
        try:
            abuse(server)
        except Exception as error:  # noqa: BLE001  raised at the end, with the others
            failures.append((abuse.__name__, error))

    abuses = [
        *(send_documents, send_a_huge_body),
        *(subscribe_ten_thousand_times, send_frames_that_are_none),
    ]
    threads = [threading.Thread(target=run, args=[abuse]) for abuse in abuses]
    with ExitStack() as stack, socket(server) as healthy:
        dawdle(server, stack)
        healthy.subscribe(
            "subscription S($after: String) {"
            " taskStatusChanged(after: $after) { status task { uuid a result } } }",
            after=pages.head().encode(),
        )
        for thread in threads:
            thread.start()
        wanted = {}
        for number in range(CREATED):
            status, task = server.request("POST", "/tasks/", {"a": number, "b": 1})
            assert status == 201
            wanted[task["id"]] = number + 1
        done = {}
        while len(done) < CREATED:
            change = healthy.data()
            if change["status"] == "SUCCESS":
                done[change["task"]["uuid"]] = int(change["task"]["result"])
        for thread in threads:
            thread.join()
    assert done == wanted
    assert failures == []
