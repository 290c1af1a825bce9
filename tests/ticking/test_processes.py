"""Several processes at the same schedules: each scheduled time counts once."""

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from tasks_app import tasks, ticking
from tasks_app.models import ClusterEvent, ScheduleTick, TaskSchedule
from tasks_app.recurrence import decide
from tasks_app.services import schedules
from tasks_app.sql import schedules as sql
from tests.support.working import run_only
from tests.ticking.history import history, stored

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("node")]


def test_scheduled_time_is_recorded_only_once(make_due, woken):
    schedule = make_due()
    ticking.tick_due(10)
    run_only(schedule.task)
    TaskSchedule.objects.update(next_run_at=schedule.next_run_at)  # as if the clock went back
    woken.clear()

    ticking.tick_due(10)

    assert (schedule.ticks.count(), schedule.task.run, woken) == (1, 1, [])


def test_second_process_advances_nothing(make_due):
    make_due()
    [due] = sql.lock_due(10)
    decided = [(due, decide(due))]

    assert sql.advance(decided) == {due.id}
    assert sql.advance(decided) == set()

    assert TaskSchedule.objects.get().fired == 1


def test_clock_of_the_process_does_not_matter(make_due, make_schedule, monkeypatch):
    due, later = make_due(), make_schedule()
    wrong = timezone.now() + timedelta(days=900)
    monkeypatch.setattr(timezone, "now", lambda: wrong)
    monkeypatch.setattr("time.time", wrong.timestamp)

    assert ticking.tick_due(10) == 1

    assert (due.ticks.count(), later.ticks.count()) == (1, 0)
    assert due.ticks.get().fired_at < wrong - timedelta(days=899)


def test_message_of_the_stock_scheduler_is_harmless(make_due):
    schedule = make_due()

    for _ in range(3):
        tasks.tick(str(schedule.pk))

    assert history(schedule) == [("FIRED", "", 1)]
    schedules.delete_schedule(schedule.pk)
    tasks.tick(str(schedule.pk))


@pytest.mark.django_db(transaction=True)
def test_concurrent_processes_fire_each_scheduled_time_once(make_due):
    made = [make_due() for _ in range(40)]
    start = threading.Barrier(4)

    def beat():
        start.wait()
        while ticking.tick_due(7):
            pass
        connection.close()

    at_once([beat] * 4)

    assert ScheduleTick.objects.count() == 40
    assert {stored(schedule).task.run for schedule in made} == {1}
    assert sum(len(event.task_ids) for event in ticked()) == 40


@pytest.mark.django_db(transaction=True)
def test_concurrent_processes_start_one_waiting_run_at_a_time(make_due):
    made = [make_due(count=3, catch_up="ALL") for _ in range(10)]
    start = threading.Barrier(4)

    def beat():
        start.wait()
        while ticking.tick_due(3):
            pass
        connection.close()

    at_once([beat] * 4)

    assert {stored(schedule).task.run for schedule in made} == {1}
    assert {stored(schedule).fired for schedule in made} == {1}


@pytest.mark.django_db(transaction=True)
def test_concurrent_pause_takes_effect_before_or_after_a_scheduled_time(make_due):
    for _ in range(10):
        schedule = make_due()
        start = threading.Barrier(2)

        def in_turn(*steps, start=start):
            start.wait()
            for step in steps:
                step()
            connection.close()

        def pause(schedule=schedule):
            schedules.pause_schedule(schedule.pk)

        at_once([lambda: in_turn(pause), lambda: in_turn(lambda: ticking.tick_due(10))])

        after = stored(schedule)
        assert after.paused_at is not None
        for tick in schedule.ticks.all():
            assert tick.fired_at <= after.paused_at
        assert schedule.ticks.count() == after.fired == after.task.run
        assert ticking.tick_due(10) == 0


def at_once(functions):
    threads = [threading.Thread(target=function) for function in functions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def ticked():
    return ClusterEvent.objects.filter(kind="TASK_TICKED")
