"""Ticks against the real database; the broker is not asked."""

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from tasks_app import reconciler, tasks, ticking
from tasks_app.models import (
    ClusterEvent,
    ScheduleTick,
    Task,
    TaskResult,
    TaskSchedule,
)
from tasks_app.models.base import uuid7_floor
from tasks_app.recurrence import decide
from tasks_app.services import schedules
from tasks_app.sql import schedules as sql
from tests.support.working import claim_only, complete, run_only

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("node")]


@pytest.fixture
def make_due(make_schedule):
    """A schedule of 60 s whose last tick was half a second ago, and of which many may be due."""

    def make(*, count=1, **options):
        schedule = make_schedule(**options)
        first = timezone.now() - timedelta(seconds=0.5) - (count - 1) * schedule.recurrence.step
        TaskSchedule.objects.filter(pk=schedule.pk).update(scheduled_at=first, next_run_at=first)
        schedule.refresh_from_db()
        return schedule

    return make


def stored(schedule):
    return TaskSchedule.objects.get(pk=schedule.pk)


def history(schedule):
    return list(schedule.ticks.order_by("nominal_at").values_list("outcome", "reason", "count"))


def pass_one_interval(schedule):
    """As if all had been planned an interval earlier: the next tick is due."""
    row = stored(schedule)
    ScheduleTick.objects.filter(schedule=row).delete()
    row.scheduled_at -= row.recurrence.step
    row.next_run_at -= row.recurrence.step
    row.queued_at = row.queued_at and row.queued_at - row.recurrence.step
    row.save()


def run(task):
    run_only(task)


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
        run(schedule.task)
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


def test_last_scheduled_time_runs_after_a_downtime(make_due):
    schedule = make_due(count=5)

    ticking.tick_due(10)

    assert history(schedule) == [("MISSED", "", 4), ("FIRED", "", 1)]
    assert (stored(schedule).fired, stored(schedule).missed) == (1, 4)
    event = ClusterEvent.objects.get(kind="TICK_MISSED")
    assert event.schedule_ids == [schedule.pk]


def test_downtime_of_years_is_recorded_in_two_rows(make_due):
    schedule = make_due(count=5_000_000)

    ticking.tick_due(10)

    assert history(schedule) == [("MISSED", "", 4_999_999), ("FIRED", "", 1)]


def test_scheduled_time_beyond_its_grace_is_missed(make_due, woken):
    schedule = make_due(interval=3600, misfire_grace=1)
    shifted = schedule.next_run_at - timedelta(seconds=1)
    TaskSchedule.objects.update(scheduled_at=shifted, next_run_at=shifted)

    ticking.tick_due(10)

    assert history(schedule) == [("MISSED", "", 1)]
    assert schedule.task.run == 0
    assert woken == []


def test_all_runs_each_missed_scheduled_time_after_the_previous_run_has_ended(make_due):
    schedule = make_due(count=3, catch_up="ALL")
    missed = [schedule.next_run_at + k * schedule.recurrence.step for k in range(3)]

    for number in range(3):
        assert ticking.tick_due(10) == 1
        assert ticking.tick_due(10) == 0
        assert (schedule.task.status, schedule.task.run) == ("PENDING", number + 1)
        run(schedule.task)
    assert ticking.tick_due(10) == 0

    ticks = schedule.ticks.order_by("nominal_at")
    assert [(tick.nominal_at, tick.run) for tick in ticks] == list(
        zip(missed, (1, 2, 3), strict=True)
    )
    after = stored(schedule)
    assert (after.fired, after.skipped, after.missed) == (3, 0, 0)
    assert after.next_run_at == missed[-1] + schedule.recurrence.step


def test_waiting_scheduled_times_are_kept_in_the_database_until_they_run(make_due):
    schedule = make_due(count=3, catch_up="ALL")
    ticking.tick_due(10)
    waiting = schedule.scheduled_at + schedule.recurrence.step

    tasks.tick(str(schedule.pk))
    schedules.update_schedule(schedule.pk, a=7)

    assert stored(schedule).next_run_at == waiting
    assert history(schedule) == [("FIRED", "", 1)]
    run(schedule.task)
    assert ticking.tick_due(10) == 1
    assert schedule.ticks.latest("nominal_at").nominal_at == waiting


def test_schedules_that_wait_do_not_keep_others_from_their_runs(make_due):
    for _ in range(3):
        make_due(count=3, catch_up="ALL")
    assert ticking.tick_due(3) == 3
    other = make_due()

    assert ticking.tick_due(3) == 1

    assert other.task.run == 1


def test_all_misses_what_exceeds_the_maximum(make_due):
    schedule = make_due(count=5_000_000, catch_up="ALL", misfire_grace=316_224_000)

    ticking.tick_due(10)

    assert history(schedule) == [("MISSED", "", 4_999_900), ("FIRED", "", 1)]
    assert ClusterEvent.objects.get(kind="TICK_MISSED").schedule_ids == [schedule.pk]


def test_scheduled_times_that_wait_too_long_are_missed(make_due):
    schedule = make_due(count=4, catch_up="ALL")
    ticking.tick_due(10)
    run(schedule.task)
    TaskSchedule.objects.update(misfire_grace=30)

    ticking.tick_due(10)

    assert history(schedule) == [("FIRED", "", 1), ("MISSED", "", 2), ("FIRED", "", 1)]


def test_a_change_of_the_recurrence_misses_the_scheduled_times_that_wait(make_due):
    schedule = make_due(count=4, catch_up="ALL")
    ticking.tick_due(10)

    changed = schedules.update_schedule(schedule.pk, interval=7)

    assert history(schedule) == [("FIRED", "", 1), ("MISSED", "", 3)]
    assert (changed.missed, stored(schedule).missed) == (3, 3)
    assert stored(schedule).next_run_at > timezone.now()


def test_a_pause_misses_the_scheduled_times_that_wait(make_due):
    schedule = make_due(count=4, catch_up="ALL")
    ticking.tick_due(10)

    schedules.pause_schedule(schedule.pk)
    run(schedule.task)
    assert ticking.tick_due(10) == 0
    schedules.resume_schedule(schedule.pk)

    assert history(schedule) == [("FIRED", "", 1), ("MISSED", "", 3)]
    assert stored(schedule).next_run_at > timezone.now()


def test_all_waits_for_a_run_that_was_queued_before(make_due):
    schedule = make_due(overlap="QUEUE_ONE")
    ticking.tick_due(10)
    pass_one_interval(schedule)
    ticking.tick_due(10)
    pass_one_interval(schedule)
    TaskSchedule.objects.update(catch_up="ALL")
    run(schedule.task)

    assert ticking.tick_due(10) == 0
    assert ticking.tick_queued(10) == 1
    run(schedule.task)
    assert ticking.tick_due(10) == 1

    assert schedule.task.run == 3


def test_none_catches_nothing_up(make_due, woken):
    schedule = make_due(count=3, catch_up="NONE")
    late = schedule.scheduled_at - timedelta(seconds=11)
    TaskSchedule.objects.update(scheduled_at=late, next_run_at=late)

    ticking.tick_due(10)

    assert history(schedule) == [("MISSED", "", 3)]
    assert (schedule.task.run, woken) == (0, [])


def test_none_runs_a_scheduled_time_that_is_on_time(make_due):
    schedule = make_due(catch_up="NONE")

    ticking.tick_due(10)

    assert history(schedule) == [("FIRED", "", 1)]


def test_scheduled_time_is_skipped_while_the_previous_run_is_active(make_due):
    schedule = make_due()
    for _ in range(2):
        ticking.tick_due(10)
        pass_one_interval(schedule)

    assert schedule.task.run == 1
    assert stored(schedule).skipped == 1
    ticking.tick_due(10)
    assert history(schedule) == [("SKIPPED", "OVERLAP", 1)]
    assert ClusterEvent.objects.filter(kind="TICK_SKIPPED", message="OVERLAP").count() == 2


def test_one_scheduled_time_is_queued_while_the_previous_run_is_active(make_due):
    schedule = make_due(overlap="QUEUE_ONE")
    ticking.tick_due(10)
    for _ in range(2):
        pass_one_interval(schedule)
        ticking.tick_due(10)

    skipped = schedule.ticks.get()
    assert (skipped.outcome, skipped.reason) == ("SKIPPED", "OVERLAP")
    kept = stored(schedule).queued_at
    assert kept == skipped.nominal_at - schedule.recurrence.step
    assert ticking.tick_queued(10) == 0

    run(schedule.task)
    assert ticking.tick_queued(10) == 1
    assert ticking.tick_queued(10) == 0

    assert (schedule.task.status, schedule.task.run) == ("PENDING", 2)
    assert (stored(schedule).fired, stored(schedule).queued_at) == (2, None)
    assert schedule.ticks.get(outcome="FIRED").nominal_at == kept


def test_running_attempt_is_cancelled_and_the_new_run_starts_when_it_has_ended(make_due):
    schedule = make_due(overlap="CANCEL_RUNNING", duration_ms=1000)
    ticking.tick_due(10)
    claimed = claim_only(schedule.task)
    pass_one_interval(schedule)

    assert ticking.tick_due(10) == 1

    assert (schedule.task.status, schedule.task.run) == ("RUNNING", 1)
    assert schedule.task.cancel_requested_at
    assert ClusterEvent.objects.filter(kind="TASK_CANCEL_REQUESTED").count() == 1
    assert ticking.tick_queued(10) == 0
    complete(claimed)
    assert schedule.task.status == "CANCELLED"
    assert ticking.tick_queued(10) == 1
    assert (schedule.task.status, schedule.task.run) == ("PENDING", 2)
    assert schedule.task.cancel_requested_at is None
    assert history(schedule) == [("FIRED", "", 1)]


def test_newest_scheduled_time_replaces_the_one_that_waits_for_a_cancelled_run(make_due):
    schedule = make_due(overlap="CANCEL_RUNNING", duration_ms=1000)
    ticking.tick_due(10)
    claim_only(schedule.task)
    for _ in range(2):
        pass_one_interval(schedule)
        ticking.tick_due(10)

    replaced = schedule.ticks.get()
    assert (replaced.outcome, replaced.reason) == ("SKIPPED", "OVERLAP")
    newest = replaced.nominal_at + schedule.recurrence.step
    assert stored(schedule).queued_at == newest
    assert ClusterEvent.objects.filter(kind="TASK_CANCEL_REQUESTED").count() == 1


def test_run_that_has_not_started_is_cancelled_at_once(make_due):
    schedule = make_due(overlap="CANCEL_RUNNING")
    ticking.tick_due(10)
    pass_one_interval(schedule)

    ticking.tick_due(10)

    assert (schedule.task.status, schedule.task.run) == ("CANCELLED", 1)
    assert ticking.tick_queued(10) == 1
    assert (schedule.task.status, schedule.task.run) == ("PENDING", 2)


def test_pause_drops_the_queued_run(make_due):
    schedule = make_due(overlap="QUEUE_ONE")
    ticking.tick_due(10)
    pass_one_interval(schedule)
    ticking.tick_due(10)

    schedules.pause_schedule(schedule.pk)
    run(schedule.task)

    assert history(schedule) == [("SKIPPED", "PAUSED", 1)]
    assert ticking.tick_queued(10) == 0


def test_paused_schedule_starts_no_runs(make_due):
    schedule = make_due()
    schedules.pause_schedule(schedule.pk)

    assert ticking.tick_due(10) == 0
    assert schedule.task.run == 0


@pytest.mark.parametrize("limit", ["max_runs", "ends_at"])
def test_schedule_ends_at_its_limit(make_due, limit):
    schedule = make_due()
    ends_at = schedule.next_run_at + schedule.recurrence.step / 2
    TaskSchedule.objects.update(**{limit: 1 if limit == "max_runs" else ends_at})

    ticking.tick_due(10)
    run(schedule.task)
    assert stored(schedule).upcoming(5) == []
    back = schedule.recurrence.step
    TaskSchedule.objects.update(
        next_run_at=timezone.now(), ends_at=stored(schedule).ends_at and ends_at - back
    )
    ticking.tick_due(10)

    assert history(schedule) == [("FIRED", "", 1), ("SKIPPED", "LIMIT", 1)]
    assert (stored(schedule).next_run_at, schedule.task.run) == (None, 1)


def test_update_can_restart_an_ended_schedule(make_due):
    schedule = make_due(max_runs=1)
    schedules.trigger_schedule(schedule.pk)
    ticking.tick_due(10)
    assert stored(schedule).next_run_at is None

    schedules.update_schedule(schedule.pk, max_runs=None)

    assert stored(schedule).next_run_at > timezone.now()


def test_jitter_delays_the_run_but_not_the_scheduled_times(make_due, woken):
    schedule = make_due(jitter=59)

    ticking.tick_due(10)

    task = schedule.task
    late = task.run_at - schedule.next_run_at
    assert timedelta(0) <= late <= timedelta(seconds=59)
    assert task.due_at >= task.run_at
    assert stored(schedule).next_run_at == schedule.next_run_at + schedule.recurrence.step


def test_scheduled_time_is_recorded_only_once(make_due, woken):
    schedule = make_due()
    ticking.tick_due(10)
    run(schedule.task)
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


def test_due_schedules_are_found_by_their_index(make_due):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {sql._LOCK_DUE}", {"limit": 500})
        plan = "\n".join(line for (line,) in cursor.fetchall())

    assert "schedule_due" in plan
    assert "Index Cond: (next_run_at <= statement_timestamp())" in plan
    assert "task_schedule" in plan
    assert "Sort" not in plan


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


def test_old_ticks_and_results_are_deleted_except_the_latest_result(make_due):
    schedule = make_due()
    for _ in range(2):
        ticking.tick_due(10)
        run(schedule.task)
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
