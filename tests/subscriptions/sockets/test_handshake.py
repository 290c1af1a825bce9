"""The handshake of a WebSocket: path, origin, protocol, and its first message."""

import socket as sockets

import pytest
from websockets.exceptions import InvalidStatus

from tests.subscriptions.client import socket


def test_connection_begins_with_exactly_one_init_message(server, transactional_db):
    with socket(server, init=False) as client:
        client.subscribe("{ __typename }")
        assert client.close_code() == 4401
    with socket(server) as client:
        client.send("connection_init")
        assert client.close_code() == 4429


def test_connection_without_an_init_message_is_closed(server, transactional_db):
    with socket(server, init=False) as client:
        assert client.close_code() == 4408


@pytest.mark.parametrize("protocol", ["graphql-ws", "x", None])
def test_other_subprotocols_are_refused(server, transactional_db, protocol):
    # As a header, so that the client does not mind that it is not taken.
    headers = {"Sec-WebSocket-Protocol": protocol} if protocol else {}
    with socket(server, protocol=None, init=False, additional_headers=headers) as client:
        assert client.close_code() == 4406


@pytest.mark.parametrize("path", ["/", "/graphql/stream/", "/tasks/", "/graphql/x"])
def test_other_paths_are_refused(server, transactional_db, path):
    with pytest.raises(InvalidStatus) as refused, socket(server, path=path):
        pass
    assert refused.value.response.status_code == 403


@pytest.mark.parametrize(
    ("origin", "host"),
    [
        ("https://elsewhere.example", "127.0.0.1:{port}"),
        ("null", "127.0.0.1:{port}"),
        # A name that resolves to this server but is not one of its own, as in DNS rebinding.
        ("http://elsewhere.example:{port}", "elsewhere.example:{port}"),
        (None, "elsewhere.example:{port}"),
    ],
)
def test_other_origins_are_refused(server, transactional_db, origin, host):
    assert handshake(server, origin=origin, host=host) == 403


def test_own_origin_is_accepted(server, transactional_db):
    own = "http://127.0.0.1:{port}"
    assert handshake(server, origin=own, host="127.0.0.1:{port}") == 101


def handshake(server, *, origin, host):
    """The status of the answer."""
    headers = {
        "Host": host,
        "Origin": origin,
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Protocol": "graphql-transport-ws",
    }
    lines = [f"{name}: {value}" for name, value in headers.items() if value]
    request = "\r\n".join(["GET /graphql/ HTTP/1.1", *lines, "", ""]).format(port=server.port)
    with sockets.create_connection(("127.0.0.1", server.port), timeout=10) as connection:
        connection.sendall(request.encode())
        return int(connection.recv(1024).split()[1])
