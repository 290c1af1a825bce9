"""Scheduled times that start a run, against the real database; the broker is not asked."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from tasks_app import reconciler, ticking
from tasks_app.models import (
    ClusterEvent,
    ScheduleTick,
    Task,
    TaskResult,
    TaskSchedule,
)
from tasks_app.models.base import uuid7_floor
from tasks_app.sql import schedules as sql
from tests.support.working import run_only
from tests.ticking.history import pass_one_interval, stored

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("node")]


def test_due_scheduled_time_starts_a_run(make_due, woken):
    schedule = make_due()

    assert ticking.tick_due(10) == 1
    assert ticking.tick_due(10) == 0

    task = schedule.task
    assert (task.status, task.run, task.attempt) == ("PENDING", 1, 0)
    assert task.run_at == schedule.next_run_at
    assert woken == ["default"]
    tick = schedule.ticks.get()
    assert (tick.nominal_at, tick.outcome, tick.run) == (schedule.next_run_at, "FIRED", 1)
    assert tick.nominal_at < tick.fired_at < timezone.now()
    after = stored(schedule)
    assert (after.fired, after.next_run_at) == (1, schedule.next_run_at + schedule.recurrence.step)
    event = ClusterEvent.objects.latest("id")
    assert (event.kind, event.task_ids, event.versions) == ("TASK_TICKED", [task.pk], [2])


def test_each_run_has_its_result(make_due):
    schedule = make_due()

    for _ in range(3):
        ticking.tick_due(10)
        run_only(schedule.task)
        pass_one_interval(schedule)

    assert list(schedule.task.results.values_list("run", "result")) == [(3, 5), (2, 5), (1, 5)]


def test_number_of_queries_does_not_grow_with_schedules(make_due, woken, django_assert_num_queries):
    def tick(count):
        for _ in range(count):
            make_due()
        woken.clear()
        with django_assert_num_queries(2 + 5):  # a savepoint around, and none for each schedule
            assert ticking.tick_due(100) == count
        assert woken == ["default"]

    tick(1)
    tick(30)
    assert ClusterEvent.objects.filter(kind="TASK_TICKED").count() == 2


def test_jitter_delays_the_run_but_not_the_scheduled_times(make_due, woken):
    schedule = make_due(jitter=59)

    ticking.tick_due(10)

    task = schedule.task
    late = task.run_at - schedule.next_run_at
    assert timedelta(0) <= late <= timedelta(seconds=59)
    assert task.due_at >= task.run_at
    assert stored(schedule).next_run_at == schedule.next_run_at + schedule.recurrence.step


def test_due_schedules_are_found_by_their_index(make_due):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {sql._LOCK_DUE}", {"limit": 500})
        plan = "\n".join(line for (line,) in cursor.fetchall())

    assert "schedule_due" in plan
    assert "Index Cond: (next_run_at <= statement_timestamp())" in plan
    assert "task_schedule" in plan
    assert "Sort" not in plan


def test_old_ticks_and_results_are_deleted_except_the_latest_result(make_due):
    schedule = make_due()
    for _ in range(2):
        ticking.tick_due(10)
        run_only(schedule.task)
        pass_one_interval(schedule)
    ticking.tick_due(10)
    then = timezone.now() - timedelta(days=31)
    for row in [*ScheduleTick.objects.all(), *TaskResult.objects.all()]:
        old_id = type(row.pk)(int=uuid7_floor(then).int | row.pk.int & (1 << 76) - 1)
        type(row)._base_manager.filter(pk=row.pk).update(id=old_id)
    Task.objects.update(run=2, status="SUCCESS", finished_at=then)

    reconciler.prune()

    assert ScheduleTick.objects.count() == 0
    assert list(TaskResult.objects.values_list("run", flat=True)) == [2]
    assert TaskSchedule.objects.count() == 1
