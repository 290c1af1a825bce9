"""Clients that vanish leave nothing in the web process and in PostgreSQL.

Reported of others in strawberry#3777 (resets) and channels#2120 (a closed receive window).
"""

import json
import socket as sockets
import struct
from contextlib import ExitStack
from pathlib import Path

import psutil
import pytest
from django.db import connection
from graphql import get_introspection_query
from websockets.exceptions import ConnectionClosed

from tests.subscriptions.client import socket
from tests.support.cluster import running_cluster, running_nodes
from tests.support.waiting import eventually

pytestmark = pytest.mark.slow

HANDSHAKE = (
    b"GET /graphql/ HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n"
)
# Closes the socket with a RST instead of a FIN.
RESET = struct.pack("ii", 1, 0)
RESETS = 5_000
# Each leaked connection would cost tens of kilobytes.
GROWTH_MAX = 10 * 1024**2
# Fewer than the resets, so that leaked reservations would lock all clients out.
STREAMS_MAX = 50
# Threads keep their connections; some may open theirs late.
THREADS = 20


@pytest.fixture
def web(transactional_db):
    """A web process without worker nodes."""
    with running_cluster(STREAMS_MAX=str(STREAMS_MAX)) as cluster:
        yield cluster


def test_connections_that_are_reset_leave_nothing(web):
    process = psutil.Process(web.processes["web"].pid)
    with socket(web) as client:
        client.subscribe("{ queues { name } }")
        assert client.data() == [{"name": "default"}]
    # The first ones fill caches and pools.
    reset_many(web, 500)
    eventually(lambda: not connections_of(process))
    memory, descriptors, sessions = process.memory_info().rss, process.num_fds(), count_sessions()

    reset_many(web, RESETS)

    eventually(lambda: not connections_of(process))
    eventually(lambda: process.num_fds() <= descriptors + THREADS)
    assert count_sessions() <= sessions + THREADS
    assert process.memory_info().rss - memory < GROWTH_MAX
    # No reservation of a connection was leaked.
    eventually(lambda: is_accepted(web))


def test_clients_with_a_closed_receive_window_that_vanish_leave_nothing(transactional_db):
    with running_nodes(STREAMS_MAX="3") as cluster, ExitStack() as clients:
        # A client that is only silent is found by its pings.
        cluster.start_web("--ws-ping-interval", "4", "--ws-ping-timeout", "4")
        process = psutil.Process(cluster.processes["web"].pid)
        descriptors = process.num_fds()
        silent, half_closed, reset = (clients.enter_context(sockets.socket()) for _ in range(3))
        for client in (silent, half_closed, reset):
            close_window(client, cluster)

        half_closed.shutdown(sockets.SHUT_WR)
        reset.setsockopt(sockets.SOL_SOCKET, sockets.SO_LINGER, RESET)
        reset.close()

        eventually(lambda: not connections_of(process))
        eventually(lambda: process.num_fds() <= descriptors + THREADS)
        eventually(lambda: is_accepted(cluster))


def close_window(client, web):
    """Connect, ask for megabytes and read none of them."""
    client.setsockopt(sockets.SOL_SOCKET, sockets.SO_RCVBUF, 4096)
    client.settimeout(10)
    client.connect(("127.0.0.1", web.port))
    initialized(client)
    query = get_introspection_query()
    for number in range(16):
        payload = {"query": query}
        client.sendall(frame({"type": "subscribe", "id": f"{number}", "payload": payload}))
    port = client.getsockname()[1]
    eventually(lambda: unsent_to(port) > 100_000)


def unsent_to(port):
    """The number of bytes that the kernel holds for the client with this port."""
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        _, _, remote, _, queues, *_ = line.split()
        if int(remote.split(":")[1], 16) == port:
            return int(queues.split(":")[0], 16)
    return 0


def reset_many(web, count):
    for number in range(count):
        with sockets.create_connection(("127.0.0.1", web.port), timeout=10) as client:
            client.setsockopt(sockets.SOL_SOCKET, sockets.SO_LINGER, RESET)
            STAGES[number % len(STAGES)](client)


def half_a_handshake(client):
    client.sendall(HANDSHAKE[:100])


def handshake(client):
    client.sendall(HANDSHAKE)


def accepted(client):
    handshake(client)
    assert client.recv(1024).startswith(b"HTTP/1.1 101")


def initialized(client):
    accepted(client)
    client.sendall(frame({"type": "connection_init"}))


def subscribed(client):
    initialized(client)
    query = "subscription { cluster { cursor } }"
    client.sendall(frame({"type": "subscribe", "id": "1", "payload": {"query": query}}))


STAGES = (half_a_handshake, handshake, accepted, initialized, subscribed)


def frame(message):
    """A masked text frame. The mask is 0, which leaves the text as it is."""
    text = json.dumps(message).encode()
    length = bytes([0x80 | len(text)]) if len(text) < 126 else struct.pack("!BH", 0xFE, len(text))
    return b"\x81" + length + bytes(4) + text


def connections_of(process):
    """The connections of clients, without those to PostgreSQL and Valkey."""
    found = process.net_connections("tcp4")
    [port] = {it.laddr.port for it in found if it.status == psutil.CONN_LISTEN}
    return [it for it in found if it.laddr.port == port and it.status != psutil.CONN_LISTEN]


def count_sessions():
    """The number of sessions of PostgreSQL on the database of the test."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()")
        return cursor.fetchone()[0]


def is_accepted(web):
    with socket(web, init=False) as another:
        another.send("connection_init")
        try:
            return another.receive() == {"type": "connection_ack"}
        except ConnectionClosed:
            return False
