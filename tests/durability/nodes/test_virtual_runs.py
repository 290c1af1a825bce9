"""A real node and the simulation start the same tasks in the same order."""

import random
from itertools import count, islice

import pytest

from tasks_app.models import ClusterEvent, Task
from tasks_app.policy import OVERHEAD
from tasks_app.services import queues
from tasks_app.services.tasks import NewTask
from tests.durability.conftest import wait_for_nodes
from tests.simulation import cases
from tests.support.cluster import running_nodes

SLOTS = 4
OVERHEAD_MS = OVERHEAD.seconds * 1000 + OVERHEAD.microseconds // 1000


# A real node claims one task after the other, so a task starts some milliseconds after one that
# starts at the same time on a virtual node, and tasks end later while the machine is busy.
# Workloads whose order depends on less than this are left out.
APART_MS, LATE_MS = 50, 250
WORKLOADS = 3


@pytest.mark.parametrize("number", range(WORKLOADS))
def test_real_node_starts_tasks_in_the_order_of_the_simulation(transactional_db, journal, number):
    news = next(islice(workloads(), number, None))
    queues.create_queue("virtual")
    queues.pause_queue("virtual")
    with running_nodes() as cluster:
        cluster.start_node("node-1", slots=SLOTS)
        wait_for_nodes(1)
        journal.create_tasks(news)
        queues.resume_queue("virtual")
        journal.check()

    assert started() == simulated(news)


def workloads():
    """Yield workloads whose order backfill changes, and lateness does not."""
    for seed in count():
        news = some_tasks(random.Random(seed))
        order, late = simulated(news), random.Random(seed)
        if order != simulated(news, backfill=False) and all(
            simulated(news, late=late) == order for _ in range(100)
        ):
            yield news


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


def simulated(news, *, late=None, **options):
    """Return the numbers of the tasks in the order of their starts on a virtual node.

    With a source of randomness, tasks are expected to end, and end, later than on a virtual node.
    """
    virtual = []
    for new in news:
        estimate = new.duration_ms + (late.randint(0, APART_MS) if late else 0)
        duration = estimate + (late.randint(0, LATE_MS) if late else 0)
        times = {"duration_s": duration / 1000, "estimate_s": estimate / 1000}
        virtual.append(cases.task(str(new.a), 0, slots=new.slots, priority=new.priority, **times))
    result = cases.run(virtual, "priority", slots=(SLOTS,), overhead_ms=OVERHEAD_MS, **options)
    return [int(line.split()[2]) for line in result.log if " START " in line]
