import threading
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.db.models import Q
from django.utils import timezone

from tasks_app.models import (
    ClusterEvent,
    Queue,
    Task,
    uuid7,
)
from tasks_app.options import INT64_MAX, INT64_MIN
from tasks_app.services import batches, tasks
from tasks_app.services.tasks import NewTask

pytestmark = pytest.mark.django_db


def log():
    return [
        (event.kind, event.previous_status, event.status, event.task_ids, event.versions)
        for event in ClusterEvent.objects.order_by("id")
    ]


def test_new_task_is_pending_logged_and_wakes_its_queue(woken):
    task = tasks.create_task(NewTask(a=2, b=3))

    assert (task.a, task.b, task.status, task.version) == (2, 3, "PENDING", 1)
    assert task.created_at == Task.objects.get(pk=task.pk).created_at
    assert log() == [("TASK_CREATED", "", "PENDING", [task.pk], [1])]
    assert woken == ["default"]


def test_task_for_later_wakes_no_node(woken):
    later = timezone.now() + timedelta(hours=1)

    task = tasks.create_task(NewTask(a=2, b=3, run_at=later))

    assert woken == []
    assert task.due_at == later


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("a", INT64_MAX + 1),
        ("b", INT64_MIN - 1),
        ("a", True),
        ("b", 2.0),
        ("priority", 10),
        ("duration_ms", 3_600_001),
        ("max_attempts", 0),
        ("fail_attempts", 101),
        ("retry_backoff_ms", 60_001),
        ("concurrency_key", "x" * 65),
        ("concurrency_key", "\0"),
        ("concurrency_limit", 0),
        ("concurrency_limit", 1_001),
        ("concurrency_limit", 2),
        ("queue", "nowhere"),
        ("queue", "\0"),
        ("idempotency_key", "x" * 256),
        ("idempotency_key", "\0"),
        ("idempotency_key", "\ud800"),
    ],
)
def test_a_refusal_names_the_field_and_stores_nothing(field, value, woken):
    with pytest.raises(ValidationError) as refusal:
        tasks.create_task(NewTask(**{"a": 1, "b": 1} | {field: value}))

    assert list(refusal.value.message_dict) == [field]
    assert (Task.objects.count(), log(), woken) == (0, [], [])


def test_expires_at_must_be_later_than_run_at():
    now = timezone.now()

    with pytest.raises(ValidationError) as refusal:
        tasks.create_task(NewTask(a=1, b=1, run_at=now, expires_at=now))

    assert list(refusal.value.message_dict) == ["expires_at"]


def test_bulk_create_keeps_the_order_and_appends_one_event(woken):
    Queue.objects.create(name="bulk")

    ids, _ = tasks.create_tasks([NewTask(a=i, b=i, queue="bulk", priority=9) for i in range(600)])

    assert [task.a for task in Task.objects.order_by("id")] == list(range(600))
    assert list(Task.objects.order_by("id").values_list("pk", flat=True)) == ids
    assert log() == [("TASK_CREATED", "", "PENDING", ids, [1] * 600)]
    assert woken == ["bulk"]


def test_bulk_create_with_an_invalid_row_creates_nothing(woken):
    news = [NewTask(a=1, b=1), NewTask(a=2**63, b=1), NewTask(a=1, b=1, queue="nowhere")]

    with pytest.raises(ValidationError) as refusal:
        tasks.create_tasks(news)

    assert list(refusal.value.message_dict) == ["tasks.1.a", "tasks.2.queue"]
    assert (Task.objects.count(), log(), woken) == (0, [], [])


@pytest.mark.parametrize("count", [0, 10_001])
def test_bulk_create_is_bounded(count):
    with pytest.raises(ValidationError) as refusal:
        tasks.create_tasks([NewTask(a=1, b=1)] * count)

    assert list(refusal.value.message_dict) == ["tasks"]


def test_repeated_create_returns_the_first_task(woken):
    new = NewTask(a=2, b=3, run_at=timezone.now(), idempotency_key="order-7")

    first = tasks.create_task(new)
    second = tasks.create_task(new)
    [third, fourth], _ = tasks.create_tasks([new, new])

    assert first.pk == second.pk == third == fourth
    assert len(log()) == Task.objects.count() == 1


def test_idempotency_key_is_for_one_request_only():
    tasks.create_task(NewTask(a=2, b=3, idempotency_key="order-7"))

    with pytest.raises(ValidationError) as refusal:
        tasks.create_task(NewTask(a=2, b=4, idempotency_key="order-7"))

    [error] = refusal.value.error_dict["idempotency_key"]
    assert error.code == "idempotency_conflict"
    assert Task.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_concurrent_repeated_creates_create_one_task():
    ids, start = set(), threading.Barrier(8)

    def create():
        start.wait()
        ids.add(tasks.create_task(NewTask(a=2, b=3, idempotency_key="order-7")).pk)
        connection.close()

    threads = [threading.Thread(target=create) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(ids) == Task.objects.count() == ClusterEvent.objects.count() == 1


def test_pending_task_is_cancelled_at_once(make_task):
    task = make_task()

    cancelled = tasks.cancel_task(task.pk)
    tasks.cancel_task(task.pk)

    assert (cancelled.status, cancelled.failed_message) == ("CANCELLED", "Cancelled")
    assert cancelled.finished_at is not None
    assert log()[1:] == [("TASK_CANCELLED", "PENDING", "CANCELLED", [task.pk], [2])]


def test_finished_task_cannot_be_cancelled(make_task):
    task = make_task()
    task.mark_as_successfull(5)

    with pytest.raises(ValidationError) as refusal:
        tasks.cancel_task(task.pk)

    assert refusal.value.error_dict["id"][0].code == "not_cancellable"
    assert Task.objects.get(pk=task.pk).status == "SUCCESS"
    assert len(log()) == 1


def test_retry_starts_a_new_run_of_the_same_task(make_task, woken):
    task = make_task()
    task.mark_as_failed("bad luck")
    woken.clear()

    retried = tasks.retry_task(task.pk)

    assert (retried.status, retried.run, retried.attempt) == ("PENDING", 2, 0)
    assert (retried.failed_message, retried.finished_at) == ("", None)
    assert log()[1:] == [("TASK_RETRIED", "FAILED", "PENDING", [task.pk], [3])]
    assert woken == ["default"]


def test_only_failed_and_cancelled_tasks_can_be_retried(make_task):
    task = make_task()

    with pytest.raises(ValidationError) as refusal:
        tasks.retry_task(task.pk)

    assert refusal.value.error_dict["id"][0].code == "not_retryable"
    assert Task.objects.get(pk=task.pk).run == 1


@pytest.mark.parametrize("ask", [tasks.cancel_task, tasks.retry_task])
def test_missing_task_raises_does_not_exist(ask):
    with pytest.raises(Task.DoesNotExist):
        ask(uuid7())


def test_valid_rows_can_be_created_without_invalid_ones(woken):
    tasks.create_task(NewTask(a=9, b=9, idempotency_key="taken"))
    woken.clear()
    news = [
        NewTask(a=1, b=1),
        NewTask(a=2**63, b=1),
        NewTask(a=2, b=2, idempotency_key="taken"),
        NewTask(a=3, b=3),
    ]

    ids, errors = tasks.create_tasks(news, partly=True)

    assert [id is None for id in ids] == [False, True, True, False]
    assert {name: error.code for name, error in errors.items()} == {
        "tasks.1.a": "out_of_range",
        "tasks.2.idempotency_key": "idempotency_conflict",
    }
    assert list(Task.objects.order_by("id").values_list("a", flat=True)) == [9, 1, 3]
    assert woken == ["default"]


def test_bulk_create_with_a_key_conflict_creates_nothing(woken):
    tasks.create_task(NewTask(a=9, b=9, idempotency_key="taken"))
    news = [NewTask(a=1, b=1), NewTask(a=2, b=2, idempotency_key="taken")]

    with pytest.raises(ValidationError) as refusal:
        tasks.create_tasks(news)

    assert list(refusal.value.message_dict) == ["tasks.1.idempotency_key"]
    assert Task.objects.count() == 1


def test_all_matching_tasks_are_cancelled_or_retried(make_task, woken, monkeypatch):
    monkeypatch.setattr(batches, "BATCH", 2)
    mine = [make_task(priority=1) for _ in range(5)]
    other, done = make_task(priority=2), make_task(priority=1)
    done.mark_as_successfull(5)
    woken.clear()

    assert tasks.cancellable(Q(priority=1)).count() == 5
    assert tasks.cancel_tasks(Q(priority=1)).total == 5
    assert tasks.cancel_tasks(Q(priority=1)).total == 0

    assert set(Task.objects.filter(status="CANCELLED")) == set(mine)
    assert tasks.retry_tasks(Q(priority=1)) == 5
    assert set(woken) == {"default"}
    assert Task.objects.get(pk=other.pk).version == 1
