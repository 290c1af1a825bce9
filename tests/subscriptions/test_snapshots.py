"""Snapshots of the cluster, sent at once and after changes."""

import pytest

from tests.subscriptions.client import socket

CLUSTER = "subscription Q($ms: Int) { cluster(intervalMs: $ms) { statusCounts { status count } } }"


def count(answer, status):
    [found] = [c["count"] for c in answer["statusCounts"] if c["status"] == status]
    return found


def test_snapshots_are_sent_at_once_and_after_changes(client, make_task):
    make_task()
    client.subscribe(CLUSTER, ms=250)
    assert count(client.data(), "PENDING") == 1

    make_task()
    make_task()

    while (counted := count(client.data(), "PENDING")) != 3:
        assert counted == 2  # sent only because of changes


def test_two_sockets_see_the_same_counters(client, server, make_task):
    with socket(server) as other:
        for who in (client, other):
            who.subscribe(CLUSTER, ms=250)
            assert count(who.data(), "PENDING") == 0
        make_task()
        for who in (client, other):
            assert count(who.data(), "PENDING") == 1


@pytest.mark.parametrize("ms", [249, 0, -1, 60_001])
def test_snapshots_are_not_sent_more_often_than_asked(client, ms):
    client.subscribe(CLUSTER, ms=ms)

    [error] = client.receive()["payload"]
    assert error["message"] == "`intervalMs` must be between 250 and 60000."
