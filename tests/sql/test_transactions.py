"""The order of the log, where transactions overlap."""

import threading

import pytest
from django.db import connection

from tasks_app.log import events
from tasks_app.models import ClusterEvent
from tasks_app.sql.claiming import claims
from tasks_app.sql.db import fetch
from tasks_app.sql.tasks import transitions
from tasks_app.sql.transactions import in_transaction
from tests.support.working import claim

pytestmark = pytest.mark.django_db(transaction=True)


def versions():
    """The versions of the only task, in the order of the log."""
    ordered = ClusterEvent.objects.exclude(task_ids=[]).order_by("xid", "id")
    return [version for event in ordered for version in event.versions]


def in_thread(function):
    def run():
        function()
        connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def test_transaction_that_has_its_id_before_another_change_runs_again(make_task, node):
    task = make_task()
    has_id, may_go_on = threading.Event(), threading.Event()
    tries = []

    @in_transaction
    def cancel():
        tries.append(fetch("SELECT pg_current_xact_id()::text"))
        has_id.set()
        assert may_go_on.wait(10)
        events.tasks_changed(transitions.cancel([task.pk]))

    thread = in_thread(cancel)
    assert has_id.wait(10)
    assert len(claim()) == 1
    may_go_on.set()
    thread.join()

    assert len(tries) == 2
    assert versions() == [1, 2, 3]


def test_claim_that_waited_for_its_turn_comes_after_the_creation(make_task, node):
    """The task is created while a claim of the same node is in progress."""
    may_commit, is_waiting = threading.Event(), threading.Event()

    @in_transaction
    def hold_the_node():
        claims.lock_node(node.name)
        is_waiting.set()
        assert may_commit.wait(10)

    holder = in_thread(hold_the_node)
    assert is_waiting.wait(10)
    claimer = in_thread(claim)
    make_task()
    may_commit.set()
    holder.join()
    claimer.join()

    assert versions() == [1, 2]
