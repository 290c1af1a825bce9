"""The legacy subprotocol graphql-ws runs nothing (strawberry's CVE-2026-35523).

There, a `start` before `connection_init` ran its operation without authentication.
"""

import json

import pytest
from websockets.exceptions import ConnectionClosed

from tasks_app.models import Task
from tests.subscriptions.client import socket

CREATE = "mutation { createTask(input: {a: 2, b: 3}) { task { uuid } } }"
START = {"type": "start", "id": "1", "payload": {"query": CREATE}}
INIT = {"type": "connection_init"}


@pytest.mark.parametrize(
    ("protocol", "messages", "code"),
    [
        ("graphql-ws", [START], 4406),
        ("graphql-ws", [INIT, START], 4406),
        ("graphql-transport-ws", [START], 4400),
        ("graphql-transport-ws", [{**START, "type": "subscribe"}], 4401),
    ],
)
def test_operation_without_an_acknowledged_connection_never_runs(
    server, transactional_db, protocol, messages, code
):
    # As a header, so that the client does not mind if the protocol is not taken.
    headers = {"Sec-WebSocket-Protocol": protocol}
    is_taken = protocol == "graphql-transport-ws"
    options = {} if is_taken else {"protocol": None, "additional_headers": headers}
    with socket(server, init=False, **options) as client:
        received = close_code(client, messages)

    assert received == code
    # A connection that is accepted later has waited for the thread that runs operations.
    with socket(server) as other:
        other.subscribe("{ __typename }")
        other.data()
    assert not Task.objects.exists()


def close_code(client, messages):
    """Send the messages; return the code of the close, and fail if an operation is answered."""
    try:
        for message in messages:
            client.send_raw(json.dumps(message))
        while True:
            assert client.receive()["type"] not in ("connection_ack", "data", "next")
    except ConnectionClosed as closed:
        return closed.rcvd.code
