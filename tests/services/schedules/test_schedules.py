import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.utils import timezone
from django_celery_beat.models import IntervalSchedule, PeriodicTask

from tasks_app.models import (
    ClusterEvent,
    ScheduleTick,
    Task,
    TaskSchedule,
    uuid7,
)
from tasks_app.services import schedules
from tasks_app.services.schedules.parameters import NewSchedule
from tests.services.schedules.rows import history, log, shift, stored
from tests.support.working import claim, complete, run_only

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("node")]

TOMORROW = (timezone.now() + timedelta(days=1)).replace(microsecond=0)


def new_schedule(**overrides):
    return NewSchedule(**{"a": 2, "b": 3, "scheduled_at": TOMORROW, "interval": 60} | overrides)


def intervals():
    return sorted(IntervalSchedule.objects.values_list("every", flat=True))


def counts():
    models = (TaskSchedule, Task, PeriodicTask, IntervalSchedule, ScheduleTick)
    return tuple(model.objects.count() for model in models)


# --- Creating


def test_create_inserts_schedule_task_and_beat_rows():
    schedule = schedules.create_schedule(new_schedule())

    assert counts() == (1, 1, 1, 1, 0)
    assert schedule.next_run_at == schedule.scheduled_at == TOMORROW
    task = schedule.task
    assert (task.a, task.b, task.status, task.run, task.is_scheduled) == (2, 3, "PENDING", 0, True)
    interval = schedule.interval_schedule
    assert (interval.every, interval.period) == (60, "seconds")
    periodic = schedule.periodic_task
    assert (periodic.interval, periodic.start_time, periodic.enabled) == (interval, TOMORROW, True)
    event = ClusterEvent.objects.get()
    assert (event.kind, event.schedule_ids) == ("SCHEDULE_CREATED", [schedule.pk])
    assert (event.task_ids, event.versions) == ([task.pk], [1])


def test_task_does_not_run_before_the_first_scheduled_time(make_schedule, woken):
    make_schedule()

    assert claim() == []
    assert woken == []


def test_start_in_the_past_means_the_next_scheduled_time(make_schedule):
    began = timezone.now() - timedelta(days=400, seconds=0.5)

    schedule = make_schedule(scheduled_at=began, interval=7)

    wait = schedule.next_run_at - timezone.now()
    assert timedelta(0) < wait <= timedelta(seconds=7)
    assert (schedule.next_run_at - began) % timedelta(seconds=7) == timedelta(0)


def test_time_without_zone_is_utc(make_schedule):
    schedule = make_schedule(scheduled_at=TOMORROW.replace(tzinfo=None))

    assert stored(schedule).scheduled_at == TOMORROW


@pytest.mark.parametrize("interval", [1, 316_224_000])
def test_interval_is_one_second_to_ten_years(make_schedule, interval):
    assert make_schedule(interval=interval).interval_schedule.every == interval


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("a", 2**63, "out_of_range"),
        ("b", True, "out_of_range"),
        ("interval", 0, "out_of_range"),
        ("interval", -5, "out_of_range"),
        ("interval", 1.5, "out_of_range"),
        ("interval", 316_224_001, "out_of_range"),
        ("queue", "nowhere", "unknown_queue"),
        ("priority", 10, "out_of_range"),
        ("duration_ms", -1, "out_of_range"),
        ("max_attempts", 0, "out_of_range"),
        ("fail_attempts", -1, "out_of_range"),
        ("retry_backoff_ms", -1, "out_of_range"),
        ("concurrency_key", "x" * 65, "invalid"),
        ("concurrency_limit", 0, "out_of_range"),
        ("concurrency_limit", 2, "invalid"),
        ("overlap", "BOTH", "invalid_choice"),
        ("catch_up", "MOST", "invalid_choice"),
        ("misfire_grace", 0, "out_of_range"),
        ("max_runs", 0, "out_of_range"),
        ("jitter", 60, "out_of_range"),
        ("scheduled_at", datetime(999, 1, 1, tzinfo=UTC), "out_of_range"),
        ("scheduled_at", datetime(9999, 12, 31, tzinfo=UTC), "out_of_range"),
        ("ends_at", TOMORROW - timedelta(seconds=1), "out_of_range"),
        ("idempotency_key", "\0", "invalid"),
    ],
)
def test_a_refusal_names_the_field_and_stores_nothing(field, value, code):
    for ask in (schedules.create_schedule, lambda new: schedules.preview(new, 1)):
        with pytest.raises(ValidationError) as refusal:
            ask(new_schedule(**{field: value}))

        assert list(refusal.value.error_dict) == [field]
        assert refusal.value.error_dict[field][0].code == code
    assert (counts(), log()) == ((0, 0, 0, 0, 0), [])


def test_repeated_create_returns_the_schedule_even_after_it_was_changed():
    first = schedules.create_schedule(new_schedule(idempotency_key="k"))
    schedules.update_schedule(first.pk, interval=5, a=9)

    assert schedules.create_schedule(new_schedule(idempotency_key="k")).pk == first.pk
    assert counts() == (1, 1, 1, 1, 0)


def test_idempotency_key_is_for_one_request_only():
    schedules.create_schedule(new_schedule(idempotency_key="k"))

    with pytest.raises(ValidationError) as refusal:
        schedules.create_schedule(new_schedule(idempotency_key="k", interval=61))

    assert refusal.value.error_dict["idempotency_key"][0].code == "idempotency_conflict"
    assert (counts(), intervals()) == ((1, 1, 1, 1, 0), [60])


@pytest.mark.django_db(transaction=True)
def test_concurrent_schedules_share_one_interval_row_and_leave_none():
    made, start = [], threading.Barrier(8)

    def create(key):
        start.wait()
        made.append(schedules.create_schedule(new_schedule(idempotency_key=key)).pk)
        connection.close()

    def delete(id):
        start.wait()
        schedules.delete_schedule(id)
        connection.close()

    at_once(create, ["same", "same", "same", *"abcde"])
    assert len(set(made)) == 6
    assert counts() == (6, 6, 6, 1, 0)

    start = threading.Barrier(6)
    at_once(delete, set(made))
    assert counts() == (0, 0, 0, 0, 0)


def at_once(function, arguments):
    threads = [threading.Thread(target=function, args=[argument]) for argument in arguments]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


# --- Editing and deleting


def test_update_uses_another_interval_row_and_keeps_the_shared_one(make_schedule):
    neighbor, schedule = make_schedule(), make_schedule()

    changed = schedules.update_schedule(schedule.pk, a=7, b=8, scheduled_at=TOMORROW, interval=90)

    assert (changed.task.a, changed.task.b, changed.task.version) == (7, 8, 2)
    assert (changed.interval, changed.interval_schedule.every) == (90, 90)
    assert stored(neighbor).interval_schedule.every == 60
    assert changed.updated_at > schedule.updated_at
    assert log()[2:] == ["SCHEDULE_UPDATED"]
    schedules.update_schedule(neighbor.pk, interval=90)
    assert intervals() == [90]


def test_update_of_other_parameters_keeps_the_next_scheduled_time(make_schedule):
    schedule = make_schedule(scheduled_at=timezone.now() - timedelta(seconds=59, hours=1))

    changed = schedules.update_schedule(schedule.pk, a=5, overlap="CANCEL_RUNNING", jitter=3)

    assert changed.next_run_at == schedule.next_run_at
    assert (changed.task.a, changed.overlap, changed.jitter) == (5, "CANCEL_RUNNING", 3)


def test_rejected_update_changes_nothing(make_schedule):
    schedule = make_schedule()

    with pytest.raises(ValidationError) as refusal:
        schedules.update_schedule(schedule.pk, a=9, interval=0)

    assert list(refusal.value.error_dict) == ["interval"]
    assert (stored(schedule).interval, stored(schedule).task.a) == (60, 2)


def test_scheduled_times_due_before_an_update_follow_the_old_parameters(make_schedule, woken):
    schedule = make_schedule(scheduled_at=timezone.now() + timedelta(seconds=1))
    shift(schedule, seconds=190)

    changed = schedules.update_schedule(schedule.pk, interval=7, scheduled_at=TOMORROW)

    assert history(schedule) == [("MISSED", "", 3), ("FIRED", "", 1)]
    assert changed.next_run_at == TOMORROW
    assert woken == ["default"]


def test_max_attempts_cannot_be_less_than_the_current_attempt(make_schedule):
    schedule = make_schedule()
    schedules.trigger_schedule(schedule.pk)
    Task.objects.update(attempt=2)

    with pytest.raises(ValidationError) as refusal:
        schedules.update_schedule(schedule.pk, max_attempts=1)

    assert list(refusal.value.error_dict) == ["max_attempts"]


def test_delete_removes_all_rows_of_the_schedule_and_no_others(make_schedule):
    neighbor, schedule = make_schedule(), make_schedule()
    task = schedules.trigger_schedule(schedule.pk)
    run_only(task)
    assert task.results.count() == 1

    schedules.delete_schedule(schedule.pk)

    assert counts() == (1, 1, 1, 1, 0)
    assert stored(neighbor).task.results.count() == 0
    event = ClusterEvent.objects.latest("id")
    assert (event.kind, event.schedule_ids) == ("SCHEDULE_DELETED", [schedule.pk])
    assert (event.task_ids, event.versions) == ([task.pk], [5])
    schedules.delete_schedule(neighbor.pk)
    assert counts() == (0, 0, 0, 0, 0)


def test_interval_row_in_use_is_kept(make_schedule):
    schedule = make_schedule()
    PeriodicTask.objects.create(name="theirs", task="x", interval=schedule.interval_schedule)

    schedules.delete_schedule(schedule.pk)

    assert list(PeriodicTask.objects.values_list("name", flat=True)) == ["theirs"]
    assert intervals() == [60]


def test_result_of_a_deleted_schedule_is_discarded(make_schedule):
    schedule = make_schedule()
    schedules.trigger_schedule(schedule.pk)
    [claimed] = claim()

    schedules.delete_schedule(schedule.pk)

    assert complete([claimed]) == []


@pytest.mark.parametrize(
    "ask",
    [
        schedules.update_schedule,
        schedules.delete_schedule,
        schedules.pause_schedule,
        schedules.resume_schedule,
        schedules.trigger_schedule,
    ],
)
def test_missing_schedule_raises_does_not_exist(ask):
    with pytest.raises(TaskSchedule.DoesNotExist):
        ask(uuid7())
