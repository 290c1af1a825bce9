"""Concurrency keys and start rates on real nodes, each of which serves a queue of its own."""

from datetime import timedelta

import pytest

from tasks_app.models import Task, WorkerNode
from tasks_app.services import nodes, queues
from tasks_app.services.queues import StartRate
from tasks_app.services.tasks import NewTask
from tests.support.observed.ledger import Ledger

pytestmark = pytest.mark.django_db(transaction=True)


def test_key_passes_between_nodes_that_serve_different_queues(cluster, journal):
    queues.create_queue("reports")
    first, second = WorkerNode.objects.order_by("name")
    nodes.assign_node(first.name, queues=["default"])
    nodes.assign_node(second.name, queues=["reports"])

    journal.create_tasks(
        [
            NewTask(a=n, b=1, queue=("default", "reports")[n % 2], concurrency_key="k")
            for n in range(20)
        ]
    )

    journal.check()
    ledger = Ledger.read()
    ledger.check()
    assert ledger.most_of_key == {"k": 1}
    assert Task.objects.values("node").distinct().count() == 2


def test_start_rate_holds_in_the_whole_cluster(cluster, journal):
    queues.update_queue("default", running_limit=None, start_rate=StartRate(10, 1, burst=1))

    journal.create_many(20)

    journal.check()
    started = sorted(filter(None, Task.objects.values_list("started_at", flat=True)))
    assert started[-1] - started[0] >= 19 * timedelta(seconds=0.1)
