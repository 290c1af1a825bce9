"""The invariants hold at every moment of a cluster that works, is changed and loses a node."""

import signal

import pytest

from tasks_app import ledger
from tasks_app.models import Task, WorkerNode
from tasks_app.services import nodes, queues, tasks
from tasks_app.services.tasks import NewTask
from tests.durability.conftest import wait_for_nodes
from tests.support.cluster import running_nodes
from tests.support.waiting import eventually

TASKS = 600


@pytest.mark.slow
def test_invariants_hold_while_the_cluster_works(transactional_db):
    queues.create_queue("limited", running_limit=3)
    checks = 0

    def holds_and_all_ended():
        nonlocal checks
        checks += 1
        checked = ledger.check()
        violated = [check for check in checked.checks if not check.holds]
        assert [(each.invariant.name, each.examples) for each in violated] == []
        return not Task.objects.exclude(status__in=Task.TERMINAL).exists()

    with running_nodes("node-1", "node-2", "node-3") as cluster:
        wait_for_nodes(3)
        tasks.create_tasks(
            [
                NewTask(
                    a=n,
                    b=2**62,
                    duration_ms=0 if n % 3 else 100,
                    slots=1 + n % 2,
                    fail_attempts=int(n % 5 == 0),
                    retry_backoff_ms=10,
                    queue="limited" if n % 4 == 0 else "default",
                )
                for n in range(TASKS)
            ]
        )
        first, second, third = WorkerNode.objects.values_list("name", flat=True)
        eventually(lambda: holds_and_all_ended() or checks > 3)
        nodes.resize_node(first, slots=1)
        cluster.signal_all(third.split("@")[0], signal.SIGKILL)
        eventually(lambda: holds_and_all_ended() or checks > 6)
        nodes.drain_node(second)
        nodes.resume_node(second)
        eventually(holds_and_all_ended, seconds=60)

    assert checks > 6
    assert Task.objects.filter(status="SUCCESS").count() == TASKS
