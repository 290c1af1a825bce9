"""Several Beats advance the same backfill: each scheduled time still gets one task."""

import threading

import pytest
from django.db import connection, transaction

from tasks_app import backfilling
from tasks_app.models import Backfill, Task
from tasks_app.services import backfills
from tests.backfill.conftest import hours

pytestmark = pytest.mark.django_db(transaction=True)


class KilledError(Exception):
    """The end of a process before its transaction was committed."""


@pytest.fixture
def in_thread():
    """Run a function in a thread, on a connection of its own; return its value."""

    def run(function):
        values = []

        def target():
            try:
                values.append(function())
            finally:
                connection.close()

        thread = threading.Thread(target=target)
        thread.start()
        thread.join()
        return values[0]

    return run


def times_with_tasks(backfill):
    """The scheduled time of each task of the backfill, in order of creation."""
    tasks = Task.objects.filter(backfill_run__backfill=backfill.pk).order_by("pk")
    return list(tasks.values_list("backfill_run__scheduled_for", flat=True))


def test_second_beat_leaves_out_a_backfill_that_the_first_one_advances(make_backfill, in_thread):
    backfill = make_backfill(5, max_concurrency=2)

    with transaction.atomic():
        assert backfilling.advance(10) == 1
        assert in_thread(lambda: backfilling.advance(10)) == 0

    assert times_with_tasks(backfill) == hours(0, 1)
    assert Task.objects.filter(schedule=None).count() == 2


def test_beat_that_is_killed_leaves_no_task_and_another_one_continues(make_backfill, in_thread):
    backfill = make_backfill(5, max_concurrency=2)

    with pytest.raises(KilledError), transaction.atomic():
        backfilling.advance(10)
        raise KilledError

    assert times_with_tasks(backfill) == []
    assert in_thread(lambda: backfilling.advance(10)) == 1
    assert times_with_tasks(backfill) == hours(0, 1)


def test_beats_that_race_create_each_task_once(make_backfill):
    made = [make_backfill(40, max_concurrency=7) for _ in range(3)]

    def beat():
        try:
            while Backfill.objects.filter(ended_at=None).exists():
                backfilling.advance(2)
                done = Task.objects.filter(status="PENDING", schedule=None)
                with transaction.atomic():
                    for task in done.select_for_update(skip_locked=True)[:5]:
                        task.mark_as_successfull(task.a + task.b)
        finally:
            connection.close()

    beats = [threading.Thread(target=beat) for _ in range(4)]
    for thread in beats:
        thread.start()
    for thread in beats:
        thread.join()

    for backfill in made:
        assert times_with_tasks(backfill) == hours(*range(40))
        assert Backfill.objects.get(pk=backfill.pk).state == "DONE"
    assert Task.objects.filter(schedule=None).count() == 120


def test_pause_and_cancel_wait_for_the_beat_that_advances(make_backfill):
    """What they return is true: no task is created after them."""
    backfill = make_backfill(5)
    advanced, released = threading.Event(), threading.Event()

    def beat():
        try:
            with transaction.atomic():
                backfilling.advance(10)
                advanced.set()
                released.wait(30)
        finally:
            connection.close()

    thread = threading.Thread(target=beat)
    thread.start()
    advanced.wait(30)
    threading.Timer(0.2, released.set).start()

    cancelled = backfills.cancel_backfill(backfill.pk, cancel_active=True)
    thread.join()

    assert cancelled.state == "CANCELLED"
    assert backfilling.advance(10) == 0
    task = Task.objects.get(backfill_run__backfill=backfill)
    assert task.status == "CANCELLED"
