"""A node whose connections to the broker are cut again and again (celery#10205)."""

from itertools import cycle

import psutil
from redis import Redis

from tests.durability.conftest import wait_for_nodes
from tests.support.cluster import running_nodes
from tests.support.waiting import eventually

CUTS = 21


def test_node_consumes_after_its_connections_were_cut_many_times(
    transactional_db, journal, own_engines
):
    with running_nodes("node-1") as cluster, Redis.from_url(own_engines.valkey.url) as broker:
        wait_for_nodes(1)
        main = psutil.Process(cluster.processes["node-1"].pid)
        eventually(lambda: is_consuming(broker))
        descriptors = main.num_fds()

        for number, cut in zip(range(CUTS), cycle(WAYS), strict=False):
            journal.create_many(5, duration_ms=5 * number)
            cut(broker)
            eventually(lambda: is_consuming(broker), seconds=10)
        journal.create_many(20)
        journal.check()

        # The wake-ups were taken from the broker, although the node would find its tasks without.
        eventually(lambda: not broker.llen("default"), seconds=10)
        assert main.is_running()
        assert main.num_fds() <= descriptors + CUTS // 2


def cut_all(broker):
    broker.client_kill_filter(_type="normal", skipme=True)


def cut_all_but_the_consuming(broker):
    """Hits acknowledgements."""
    for client in broker.client_list(_type="normal"):
        if client["cmd"] not in ("brpop", "client|list"):
            broker.client_kill_filter(_id=client["id"])


def cut_again_while_it_connects(broker):
    cut_all(broker)
    eventually(lambda: len(broker.client_list(_type="normal")) > 1)
    cut_all(broker)


WAYS = (cut_all, cut_all_but_the_consuming, cut_again_while_it_connects)


def is_consuming(broker):
    """Return whether a node waits for messages of its queue."""
    return any(client["cmd"] == "brpop" for client in broker.client_list(_type="normal"))
