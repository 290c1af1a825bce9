"""A database that was restored to a server whose transaction counter is lower than the dump's."""

import pytest
from django.core.management import call_command
from django.db import connection

from tasks_app.log import pages, restored
from tasks_app.log.cursor import Cursor
from tasks_app.models import ClusterEvent, PrunedLog, Task
from tests.support.working import run_all

pytestmark = pytest.mark.django_db(transaction=True)

AHEAD = 20_000


@pytest.fixture
def restored_task(make_task, node):
    """A task of a server that had counted further than this one."""
    task = make_task()
    ClusterEvent.objects.update(xid=next_id() + AHEAD)
    Task.objects.update(xid=next_id() + AHEAD)
    return task


def next_id():
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint")
        [(xid,)] = cursor.fetchall()
    return xid


def test_restored_log_is_read_and_continues_in_order(restored_task, make_task):
    assert pages.read(Cursor(0, 0)).events == []

    call_command("migrate", verbosity=0)
    cursor = pages.read(Cursor(0, 0)).cursor
    later = make_task()

    assert [line.task_ids for line in pages.read(Cursor(0, 0)).events] == [
        [restored_task.pk],
        [later.pk],
    ]
    assert [line.task_ids for line in pages.read(cursor).events] == [[later.pk]]


def test_restored_task_runs(restored_task):
    restored.advance_transaction_ids()

    assert run_all() == 1
    restored_task.refresh_from_db()
    assert restored_task.status == "SUCCESS"


def test_pruned_events_count_too(node):
    PrunedLog.objects.create(xid=next_id() + AHEAD, event_id=1)

    assert restored.advance_transaction_ids() > AHEAD / 2


def test_server_that_wrote_the_log_is_left_alone(make_task):
    make_task()

    assert restored.advance_transaction_ids() == 0


def test_log_that_is_too_far_ahead_is_refused(restored_task, monkeypatch):
    monkeypatch.setattr(restored, "ADVANCE_MAX", AHEAD // 2)

    with pytest.raises(restored.TooFarBehindError, match="pg_basebackup"):
        restored.advance_transaction_ids()
