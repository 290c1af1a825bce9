"""Each reason why a task is pending: it appears and disappears as a claim decides."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tasks_app import recovery
from tasks_app.models import Queue, Task, WorkerNode
from tasks_app.services import nodes, queues
from tasks_app.services.queues import StartRate
from tasks_app.services.tasks import pending, places
from tests.conftest import reload
from tests.support.working import claim, complete

pytestmark = pytest.mark.django_db


def why(task):
    return pending.explain([reload(task)]).get(task.pk)


def reason(task):
    found = why(task)
    return found and found.reason


def starts(task):
    """What is said to wait for a slot only can be claimed by a node that has one."""
    return reason(task) == "WAITING_FOR_SLOT" and bool(claim()) and reason(task) is None


def test_not_due(make_task, node):
    task = make_task(run_at=timezone.now() + timedelta(hours=1))
    assert (reason(task), claim()) == ("NOT_DUE", [])

    Task.objects.update(due_at=timezone.now())
    assert starts(task)


def test_not_due_before_the_first_tick(make_schedule, node):
    assert reason(make_schedule().task) == "NOT_DUE"


def test_retry_wait(make_task, node):
    task = make_task(max_attempts=5)
    for number in range(2):
        claim(message=f"message-{number}")
        recovery.requeue_claimed_by(f"message-{number}")
    assert (reason(task), claim()) == ("RETRY_WAIT", [])

    Task.objects.update(due_at=timezone.now())
    assert starts(task)


def test_retry_wait_after_a_failed_attempt(make_task, node):
    task = make_task(fail_attempts=1)
    complete(claim())
    assert (reason(task), claim()) == ("RETRY_WAIT", [])
    assert "Attempt 1 of 3 failed or was lost" in why(task).message

    Task.objects.update(due_at=timezone.now())
    assert starts(task)


def test_queue_paused(make_task, node):
    task = make_task()
    queues.pause_queue("default", note="the network is down")
    assert (reason(task), claim()) == ("QUEUE_PAUSED", [])
    assert "the network is down" in why(task).message

    queues.resume_queue("default")
    assert starts(task)


@pytest.mark.parametrize("change", [{"connection": "OFFLINE"}, {"queues": ["reports"]}], ids=str)
def test_no_node_for_queue(make_task, node, change):
    task = make_task()
    WorkerNode.objects.update(**change)
    assert (reason(task), claim()) == ("NO_NODE_FOR_QUEUE", [])

    WorkerNode.objects.update(connection="ONLINE", queues=["default"])
    assert starts(task)


def test_nodes_paused(make_task, node):
    task = make_task()
    for order in (nodes.pause_node, nodes.drain_node):
        order(node.name)
        assert (reason(task), claim()) == ("NODES_PAUSED", [])

    nodes.resume_node(node.name)
    assert starts(task)


def test_too_large(make_task, node):
    task = make_task(slots=3)
    assert (reason(task), claim()) == ("TOO_LARGE", [])

    WorkerNode.objects.update(slots=3)
    assert starts(task)


def test_queue_limit(make_task, node):
    queues.update_queue("default", running_limit=1)
    make_task(duration_ms=1)
    claim(message="busy")
    task = make_task()
    assert (reason(task), claim()) == ("QUEUE_LIMIT", [])

    queues.update_queue("default", running_limit=2)
    assert starts(task)


def test_concurrency_key(make_task, node):
    first, second = (make_task(concurrency_key="k", max_attempts=1) for _ in range(2))
    claim(message="busy")
    assert (reason(second), claim()) == ("CONCURRENCY_KEY", [])
    assert why(second).message == (
        "Running tasks with the concurrency key `k`: 1. The limit of the task is 1."
    )
    assert (why(second).starts_by_itself, why(second).has_place) == (True, False)

    recovery.requeue_claimed_by("busy")
    assert reload(first).status == "FAILED"
    assert starts(second)


def test_concurrency_key_comes_before_the_limit_of_the_queue(make_task, node):
    queues.update_queue("default", running_limit=2)
    make_task(concurrency_key="k")
    claim(message="busy")
    keyed = make_task(concurrency_key="k")
    assert reason(keyed) == "CONCURRENCY_KEY"

    plain = make_task()
    assert (reason(keyed), reason(plain)) == ("CONCURRENCY_KEY", "WAITING_FOR_SLOT")


def test_start_rate(make_task, node):
    queues.update_queue("default", running_limit=None, start_rate=StartRate(1, 60))
    make_task(duration_ms=1)
    claim()
    task = make_task()
    assert (reason(task), claim()) == ("START_RATE", [])
    assert "at most 1 start per 60 seconds. The next task can start at 20" in why(task).message

    Queue.objects.update(next_start_at=timezone.now())
    assert starts(task)


def test_first_task_of_a_group_is_one_whose_key_is_not_full(make_task, node):
    make_task(concurrency_key="k")
    claim()
    blocked = make_task(concurrency_key="k", priority=9)
    [alone] = pending.groups(["default"])
    plain = make_task()
    [group] = pending.groups(["default"])

    assert (alone.first_id, alone.pending.reason) == (blocked.pk, "CONCURRENCY_KEY")
    assert (group.first_id, group.pending.reason) == (plain.pk, "WAITING_FOR_SLOT")


def test_waiting_for_slot(make_task, node):
    for number in range(2):
        make_task(duration_ms=60_000)
        claim(message=f"busy-{number}")
    task = make_task()
    assert (reason(task), claim()) == ("WAITING_FOR_SLOT", [])

    Task.objects.filter(celery_task_id="busy-0").delete()
    assert starts(task)


def test_next_task_has_the_time_at_which_its_slots_are_free(make_task, node):
    make_task(duration_ms=60_000)
    claim(message="busy")
    large, later = make_task(slots=2), make_task(slots=2)

    ends_at = reload(Task.objects.get(status="RUNNING")).started_at + timedelta(seconds=60)

    assert reason(large) == reason(later) == "WAITING_FOR_SLOT"
    assert "The task is next: it needs 2 slots, and node-1@here has 1 free" in why(large).message
    assert ends_at.isoformat(timespec="seconds") in why(large).message
    assert "other tasks come first" in why(later).message


def test_slots_reserved(make_task, node):
    make_task(duration_ms=60_000)
    claim(message="busy")
    large, long = make_task(slots=2), make_task(duration_ms=3_600_000)
    assert (reason(long), claim()) == ("SLOTS_RESERVED", [])
    assert "a task that is next and needs 2" in why(long).message

    Task.objects.filter(pk=large.pk).delete()
    assert starts(long)


def test_groups_name_the_first_task_and_its_reason(make_task, node):
    queues.create_queue("ml")
    WorkerNode.objects.update(queues=["default", "ml"])
    huge, _ = make_task(slots=16, queue="ml"), make_task(slots=16, queue="ml")
    plain = make_task(queue="ml")

    found = pending.groups(["ml", "default"])

    assert [(g.queue, g.slots, g.first_id, g.pending.reason) for g in found] == [
        ("ml", 1, plain.pk, "WAITING_FOR_SLOT"),
        ("ml", 16, huge.pk, "TOO_LARGE"),
    ]
    assert found[1].pending.message == "The task needs 16 slots; the largest node has 2."


def test_task_that_is_not_pending_has_no_reason(make_task, node):
    task = make_task()
    claim()

    assert pending.explain([reload(task)]) == {}


def test_ahead_counts_higher_priorities_and_older_tasks(make_task, node):
    first, second = make_task(), make_task()
    urgent, low = make_task(priority=9), make_task(priority=1)
    make_task(priority=9, run_at=timezone.now() + timedelta(hours=1))
    queues.create_queue("reports")
    make_task(priority=9, queue="reports")

    ahead = places.ahead([first, second, urgent, low])

    assert ahead == {first.pk: 1, second.pk: 2, urgent.pk: 0, low.pk: 3}
