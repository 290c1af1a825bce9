"""What holds whichever api a client comes through."""

from datetime import UTC, datetime, timedelta

import pytest
from django_celery_beat.models import IntervalSchedule, PeriodicTask

from tasks_app.models import (
    ClusterEvent,
    Task,
    TaskSchedule,
    uuid7,
)
from tasks_app.services import tasks
from tests.support.working import claim, run_only

MAX, MIN = 2**63 - 1, -(2**63)


pytestmark = pytest.mark.usefixtures("node")


def run(id):
    run_only(Task(pk=id))


def test_a_created_task_is_pending(api):
    task = api.create_task(a=2, b=3).value

    assert (task["a"], task["b"], task["status"]) == (2, 3, "PENDING")
    assert (task["failed_message"], task["celery_task_id"]) == (None, None)
    assert task["is_scheduled"] is False
    assert Task.objects.get(pk=task["id"]).queue_id == "default"
    assert ClusterEvent.objects.get().kind == "TASK_CREATED"


def test_a_finished_task_shows_its_results_newest_first(api):
    id = api.create_task(a=2, b=3).value["id"]
    run(id)
    Task.objects.update(status="PENDING", finished_at=None, run=2, a=10)
    run(id)

    task = api.get_task(id).value

    assert (task["status"], task["celery_task_id"]) == ("SUCCESS", "message-1")
    assert [result["result"] for result in task["results"]] == [13, 5]


def test_a_running_task(api, make_task):
    task = make_task()
    claim()

    assert api.get_task(task.pk).value["status"] == api.shows_running_as


def test_a_failed_task_says_why(api, make_task):
    task = make_task()
    task.mark_as_failed("no more memory")

    shown = api.get_task(task.pk).value

    assert (shown["status"], shown["failed_message"]) == ("FAILED", "no more memory")


def test_a_cancelled_task(api, make_task):
    task = make_task()
    tasks.cancel_task(task.pk)

    shown = api.get_task(task.pk).value

    assert shown["status"] == api.shows_cancelled_as
    assert shown["failed_message"] == "Cancelled"


def test_all_that_a_task_can_be_asked_for(api):
    parameters = {
        **{"a": 2, "b": 3, "priority": 9, "duration_ms": 50, "max_attempts": 1},
        **{"fail_attempts": 2, "retry_backoff_ms": 0},
        **{"concurrency_key": "customer 7", "concurrency_limit": 1_000},
        **{"run_at": "2030-01-01T00:00:00+02:00", "expires_at": "2030-01-02T00:00:00Z"},
    }

    task = Task.objects.get(pk=api.create_task(**parameters).value["id"])

    assert (task.priority, task.duration_ms, task.max_attempts) == (9, 50, 1)
    assert (task.fail_attempts, task.retry_backoff_ms) == (2, 0)
    assert (task.concurrency_key, task.concurrency_limit) == ("customer 7", 1_000)
    assert task.run_at == datetime(2029, 12, 31, 22, tzinfo=UTC)
    assert task.expires_at == datetime(2030, 1, 2, tzinfo=UTC)


def test_a_time_without_a_zone_is_utc(api):
    id = api.create_task(a=1, b=1, run_at="2030-01-01T00:00:00").value["id"]

    assert Task.objects.get(pk=id).run_at == datetime(2030, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("a", "b"),
    [(MAX, 0), (-MAX, 0), (MIN, 0), (MAX, MAX), (MIN, MIN), (MAX, MIN), (2**53 + 1, 0)],
)
def test_numbers_are_exact_in_and_out(api, a, b):
    id = api.create_task(a=a, b=b).value["id"]
    run(id)

    task = api.get_task(id).value

    assert (task["a"], task["b"], task["results"][0]["result"]) == (a, b, a + b)


NOT_64_BITS: list[object] = [MAX + 1, MIN - 1, 10**400, 1.5, True, None, "x", [1], {}, "\0"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *(("a", value) for value in NOT_64_BITS),
        *(("priority", value) for value in (-1, 10, 2**31, 1.5, True, None, "x")),
        *(("duration_ms", value) for value in (-1, 3_600_001)),
        *(("max_attempts", value) for value in (0, 101)),
        *(("fail_attempts", value) for value in (-1, 101)),
        *(("retry_backoff_ms", value) for value in (-1, 60_001, "soon")),
        *(("concurrency_key", value) for value in ("x" * 65, "\0", " ", " x", "x ", None)),
        *(("concurrency_limit", value) for value in (0, 2, 1_001, "two")),
        *(("queue", value) for value in ("nowhere", "\0", None)),
        *(("run_at", value) for value in ("soon", "0001-01-01T00:00:00+14:00", 5)),
        ("expires_at", "1970-01-01T00:00:00Z"),
    ],
)
def test_a_refusal_names_the_field_and_stores_nothing(api, field, value):
    parameters = {"a": 1, "b": 1, "run_at": "2030-01-01T00:00:00Z"} | {field: value}

    assert api.create_task(**parameters).errors == [field]

    assert (Task.objects.count(), ClusterEvent.objects.count()) == (0, 0)


@pytest.mark.parametrize("field", ["a", "b"])
def test_a_number_that_is_missing_is_named(api, field):
    parameters = {"a": 1, "b": 1}
    del parameters[field]

    assert api.create_task(**parameters).errors == [field]


def test_create_repeated_with_a_key_returns_the_same_task(api):
    first = api.create_task(a=2, b=3, idempotency_key="order-7")
    second = api.create_task(a=2, b=3, idempotency_key="order-7")

    assert first.value == second.value
    assert Task.objects.count() == 1


def test_key_with_other_parameters_is_refused(api):
    api.create_task(a=2, b=3, idempotency_key="order-7")

    assert api.create_task(a=2, b=4, idempotency_key="order-7").errors == ["idempotency_key"]
    assert Task.objects.count() == 1


def test_a_key_is_not_longer_than_can_be_kept(api):
    assert api.create_task(a=2, b=3, idempotency_key="x" * 256).errors == ["idempotency_key"]


def test_a_task_that_is_not_there(api):
    assert api.get_task(uuid7()).errors == ["id"]


def test_pages_come_newest_first_and_end(api, make_task):
    made = [str(make_task(a=i).pk) for i in range(5)]

    assert list(api.task_pages(2)) == [made[:2:-1], made[2:0:-1], made[:1]]


def test_tasks_created_while_paging_do_not_shift_the_pages(api, make_task):
    made = [str(make_task(a=i).pk) for i in range(4)]

    pages = api.task_pages(2)
    first = next(pages)
    make_task()

    assert [first, *pages] == [made[:1:-1], made[1::-1]]


SCHEDULE = {"a": 2, "b": 3, "scheduled_at": "2100-01-01T00:00:00Z", "interval": 60}


def beat_rows():
    return (
        TaskSchedule.objects.count(),
        Task.objects.count(),
        PeriodicTask.objects.count(),
        IntervalSchedule.objects.count(),
    )


def test_a_created_schedule_has_its_task_and_its_rows_in_beat(api):
    schedule = api.create_schedule(**SCHEDULE).value

    assert datetime.fromisoformat(schedule["scheduled_at"]) == datetime(2100, 1, 1, tzinfo=UTC)
    assert schedule["interval"] == 60
    assert (schedule["task"]["a"], schedule["task"]["b"]) == (2, 3)
    assert schedule["task"]["is_scheduled"] is True
    assert api.get_schedule(schedule["id"]).value == schedule
    assert api.schedule_ids() == [schedule["id"]]
    assert beat_rows() == (1, 1, 1, 1)


def test_a_schedule_moves_without_touching_its_neighbor(api):
    mine, neighbor = (api.create_schedule(**SCHEDULE).value["id"] for _ in range(2))
    assert beat_rows() == (2, 2, 2, 1)

    changed = api.change_schedule(mine, **SCHEDULE | {"interval": 90, "a": 7}).value

    assert (changed["interval"], changed["task"]["a"]) == (90, 7)
    assert api.get_schedule(neighbor).value["interval"] == 60
    assert TaskSchedule.objects.get(pk=neighbor).interval_schedule.every == 60
    assert beat_rows() == (2, 2, 2, 2)

    api.change_schedule(mine, **SCHEDULE)
    assert beat_rows() == (2, 2, 2, 1)


def test_a_deleted_schedule_leaves_nothing(api):
    mine, neighbor = (api.create_schedule(**SCHEDULE).value["id"] for _ in range(2))

    assert api.delete_schedule(mine).errors == []
    assert beat_rows() == (1, 1, 1, 1)
    assert api.get_schedule(mine).errors == ["id"]

    api.delete_schedule(neighbor)
    assert beat_rows() == (0, 0, 0, 0)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *(("interval", value) for value in (0, -1, 2**31, 1.5, True, None, "x")),
        *(("scheduled_at", value) for value in ("soon", None, 5)),
        ("a", MAX + 1),
        ("b", "x"),
        *(("catch_up", value) for value in ("MOST", "", 1, None)),
    ],
)
def test_a_schedule_that_cannot_be_is_refused_by_field(api, field, value):
    assert api.create_schedule(**SCHEDULE | {field: value}).errors == [field]

    assert beat_rows() == (0, 0, 0, 0)


@pytest.mark.parametrize("policy", ["LATEST", "ALL", "NONE"])
def test_a_schedule_has_the_catch_up_policy_that_it_was_created_with(api, policy):
    id = api.create_schedule(**SCHEDULE | {"catch_up": policy}).value["id"]

    assert TaskSchedule.objects.get(pk=id).catch_up == policy


def test_a_schedule_catches_up_the_latest_by_default(api):
    id = api.create_schedule(**SCHEDULE).value["id"]

    assert TaskSchedule.objects.get(pk=id).catch_up == "LATEST"


def test_a_schedule_that_is_not_there(api):
    assert api.get_schedule(uuid7()).errors == ["id"]
    assert api.change_schedule(uuid7(), **SCHEDULE).errors == ["id"]
    assert api.delete_schedule(uuid7()).errors == ["id"]


def test_a_schedule_that_began_long_ago_ticks_next_on_its_grid(api):
    id = api.create_schedule(**SCHEDULE | {"scheduled_at": "2000-01-01T00:00:07Z"}).value["id"]

    next_run_at = TaskSchedule.objects.get(pk=id).next_run_at

    assert next_run_at.second == 7
    assert timedelta() < next_run_at - datetime.now(UTC) <= timedelta(seconds=61)
