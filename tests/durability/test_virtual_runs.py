"""A real node and the simulation start the same tasks in the same order."""

import random

import pytest

from tasks_app.models import ClusterEvent, Task
from tasks_app.policy import OVERHEAD
from tasks_app.services import queues, tasks
from tasks_app.services.tasks import NewTask
from tests.durability.conftest import wait_for_nodes
from tests.simulation import cases
from tests.support.cluster import running_cluster

SLOTS = 4
OVERHEAD_MS = OVERHEAD.seconds * 1000 + OVERHEAD.microseconds // 1000


# The claims of a real node follow each other by some milliseconds, those of a virtual node by none.
# Of these seeds, that does not change the order: no ends that a reservation compares are so close.
@pytest.mark.parametrize("seed", [30, 45, 60])
def test_real_node_starts_tasks_in_the_order_of_the_simulation(transactional_db, journal, seed):
    news = some_tasks(random.Random(seed))
    queues.create_queue("virtual")
    queues.pause_queue("virtual")
    with running_cluster() as cluster:
        cluster.start_node("node-1", slots=SLOTS)
        wait_for_nodes(1)
        for id, new in zip(tasks.create_tasks(news).ids, news, strict=True):
            journal.note(id, new.a + new.b)
        queues.resume_queue("virtual")
        journal.check()

    assert started() == simulated(news)
    # The order is not trivial: backfill makes a difference.
    assert started() != simulated(news, backfill=False)


def some_tasks(choose):
    return [
        NewTask(
            a=number,
            b=1,
            queue="virtual",
            duration_ms=choose.randint(1, 8) * 250,
            slots=choose.choice([1, 1, 2, 3, 4]),
            priority=choose.choice([3, 5, 7]),
        )
        for number in range(14)
    ]


def started():
    """Return the numbers of the tasks in the order of their starts on the real node."""
    numbers = dict(Task.objects.values_list("pk", "a"))
    events = ClusterEvent.objects.filter(kind="TASK_STARTED").order_by("id")
    return [numbers[id] for event in events for id in event.task_ids]


def simulated(news, **options):
    """Return the numbers of the tasks in the order of their starts on a virtual node."""
    virtual = [
        cases.task(str(new.a), 0, new.duration_ms / 1000, slots=new.slots, priority=new.priority)
        for new in news
    ]
    result = cases.run(virtual, "priority", slots=(SLOTS,), overhead_ms=OVERHEAD_MS, **options)
    return [int(line.split()[2]) for line in result.log if " START " in line]
