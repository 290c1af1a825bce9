"""One Beat process leads; another takes over from it."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone
from django_celery_beat.models import (
    PeriodicTask,
)

from tasks_app.beat import leadership
from tasks_app.beat.scheduler import FOLLOW_SECONDS
from tasks_app.services import leader
from tests.beat.passes import look, running, sent
from tests.support.waiting import eventually

pytestmark = pytest.mark.django_db(transaction=True)


def takes_over(scheduler):
    look(scheduler)
    return scheduler._leadership.is_leader


def test_another_process_takes_over_from_a_leader_that_ends():
    with running() as second:
        with running() as first:
            look(first)
            look(second)
            assert (first._leadership.is_leader, second._leadership.is_leader) == (True, False)

        eventually(lambda: takes_over(second), seconds=5)


def test_new_leader_does_not_repeat_sent_tasks(make_theirs, broker):
    make_theirs()
    with running() as second:
        with running() as first:
            look(first)
        eventually(lambda: takes_over(second), seconds=5)

    assert sent(broker) == ["theirs"]


def test_returning_leader_reads_the_schedule_again(scheduler, make_theirs, broker):
    make_theirs()
    look(scheduler)
    scheduler._leadership.release()
    PeriodicTask.objects.update(last_run_at=timezone.now() - timedelta(days=1))

    eventually(lambda: takes_over(scheduler), seconds=5)

    assert sent(broker) == ["theirs", "theirs"]


def test_frozen_leader_loses_the_leadership(monkeypatch):
    monkeypatch.setattr(leadership, "SILENCE_SECONDS", 1)
    with running() as first, running() as second:
        look(first)
        # The second one may be silent for longer, as the first looks again.
        monkeypatch.setattr(leadership, "SILENCE_SECONDS", 600)

        eventually(lambda: takes_over(second), seconds=5)
        look(first, times=2)
        assert (first._leadership.is_leader, second._leadership.is_leader) == (False, True)


def test_lost_connection_ends_the_leadership(scheduler):
    look(scheduler)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_locks"
            " WHERE locktype = 'advisory' AND objid = %s",
            [leader.LEADER_LOCK],
        )

    assert scheduler.tick() == FOLLOW_SECONDS
    assert not scheduler._leadership.is_leader
    look(scheduler)
    assert scheduler._leadership.is_leader
