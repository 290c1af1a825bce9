"""The tools that break things do break them."""

import socket
import socketserver
import threading
from itertools import islice

import pytest

from tests.chaos import faults
from tests.chaos.checks.checker import ROLLING_RESTART
from tests.chaos.cluster.proxy import DELAY_SECONDS, Fault, Switchboard


def first(seed, count):
    return list(islice(faults.plan(seed, longest_seconds=20), count))


def test_a_seed_breaks_the_same_things_in_the_same_order():
    assert first(7, 100) == first(7, 100)
    assert first(7, 100) != first(8, 100)


def test_each_round_has_each_fault_once():
    names = [fault.name for fault in first(7, 1 + len(faults.FAULTS))]
    assert names[0] == ROLLING_RESTART
    assert sorted(names[1:]) == sorted(faults.FAULTS)


class Shout(socketserver.BaseRequestHandler):
    def handle(self):
        while heard := self.request.recv(100):
            self.request.sendall(heard.upper())


@pytest.fixture
def line():
    """A function that says something through a proxy with this fault, and answers the answer."""
    switchboard = Switchboard()
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Shout) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        proxy = switchboard.open(server.server_address[1])

        def say(fault, *, later=Fault.NONE):
            with socket.create_connection(("127.0.0.1", proxy.port), timeout=5) as client:
                client.sendall(b"hello")
                assert client.recv(100) == b"HELLO"
                switchboard.set(proxy, fault)
                client.settimeout(DELAY_SECONDS * 1.5)
                try:
                    client.sendall(b"again")
                    return client.recv(100) + client.recv(100)
                finally:
                    switchboard.set(proxy, later)

        yield say
        switchboard.close()
        server.shutdown()


def test_a_line_is_cut_in_the_middle_of_an_answer(line):
    assert line(Fault.CUT) == b"AG"


def test_a_line_is_refused(line):
    with pytest.raises((ConnectionError, AssertionError)):
        assert line(Fault.REFUSE)


@pytest.mark.parametrize("fault", [Fault.BLACK_HOLE, Fault.DELAY])
def test_nothing_arrives_in_time(line, fault):
    with pytest.raises(TimeoutError):
        line(fault)


def test_a_line_works_again_afterwards(line):
    line(Fault.CUT)
    assert line(Fault.CUT) == b"AG"
