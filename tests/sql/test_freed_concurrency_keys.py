"""The end of an attempt frees its concurrency key."""

import pytest
from django.utils import timezone

from tasks_app import recovery
from tasks_app.models import Task
from tasks_app.services import nodes, queues, tasks
from tests.support.working import claim, claim_all, complete, expire_leases, ids

pytestmark = pytest.mark.django_db


@pytest.fixture
def node(node):
    """A node with slots for all tasks of a test."""
    node.slots = 10
    node.save()
    return node


def free_by_success(claimed):
    complete(claimed)


def free_by_cancel(claimed):
    tasks.cancel_task(claimed[0].id)
    complete(claimed)


def free_by_lease(claimed):
    expire_leases()
    recovery.requeue_expired(10)


def free_by_dead_process(claimed):
    recovery.requeue_claimed_by("message-1")


def free_by_lost_node(claimed):
    nodes.node_offline("node-1@here")


@pytest.mark.parametrize(
    "free",
    [free_by_success, free_by_cancel, free_by_lease, free_by_dead_process, free_by_lost_node],
)
def test_end_of_an_attempt_frees_its_key_and_wakes_the_queues_that_wait(
    make_task, node, woken, free
):
    queues.create_queue("other")
    nodes.heartbeat("node-2@here", host="here", pid=2, slots=4, queues=["other"])
    make_task(concurrency_key="k", max_attempts=2)
    claimed = claim()
    waiting = make_task(concurrency_key="k", queue="other")
    assert claim("node-2@here") == []
    woken.clear()

    free(claimed)

    assert "other" in woken
    assert ids(claim("node-2@here")) == [waiting.pk]


def test_failed_attempt_frees_its_key_while_it_waits_to_retry(make_task, node):
    first = make_task(concurrency_key="k", fail_attempts=1, retry_backoff_ms=60_000)
    second = make_task(concurrency_key="k")
    complete(claim())

    assert ids(claim()) == [second.pk]
    Task.objects.filter(pk=first.pk).update(due_at=timezone.now())
    assert claim_all() == []


def test_end_of_a_task_without_a_key_wakes_nothing(make_task, node, woken):
    make_task()
    claimed = claim()
    make_task(concurrency_key="k")
    woken.clear()

    complete(claimed)

    assert woken == []
