from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from tasks_app.models import Task, TaskResult, uuid7
from tasks_app.models.base import uuid7_floor


def stored(task):
    return Task.objects.get(pk=task.pk)


def test_ids_sort_by_creation_time():
    before = timezone.now()
    ids = [uuid7() for _ in range(1000)]

    assert all(id.version == 7 for id in ids)
    assert len(set(ids)) == 1000
    assert uuid7_floor(before) < min(ids)
    assert max(ids) < uuid7_floor(timezone.now() + timedelta(milliseconds=2))


def test_set_celery_task_id_saves_only_that_field(make_task):
    task = make_task()
    Task.objects.filter(pk=task.pk).update(priority=9)

    task.set_celery_task_id("message-1")

    assert stored(task).celery_task_id == "message-1"
    assert stored(task).priority == 9
    assert stored(task).updated_at > stored(task).created_at


def test_success_stores_status_and_result(make_task):
    task = make_task(a=2**63 - 1, b=2**63 - 1)

    result = task.mark_as_successfull(2**64 - 2)

    assert stored(task).status == task.status == "SUCCESS"
    assert stored(task).finished_at == task.finished_at is not None
    assert stored(task).version == task.version == 2
    assert [row.result for row in stored(task).results.all()] == [2**64 - 2]
    assert type(TaskResult.objects.get(pk=result.pk).result) is int


def test_run_has_only_one_result(make_task):
    task = make_task()
    task.mark_as_successfull(5)

    with pytest.raises(IntegrityError), transaction.atomic():
        task.mark_as_successfull(6)

    assert [row.result for row in stored(task).results.all()] == [5]


def test_failure_keeps_its_message(make_task):
    task = make_task()

    task.mark_as_failed("no more memory")

    assert (stored(task).status, stored(task).failed_message) == ("FAILED", "no more memory")
    assert stored(task).results.count() == 0


def test_without_commit_nothing_is_written(make_task, django_assert_num_queries):
    task = make_task()

    with django_assert_num_queries(0):
        task.set_celery_task_id("message-1", commit=False)
        task.mark_as_failed("why", commit=False)
        result = task.mark_as_successfull(5, commit=False)

    assert (task.status, task.celery_task_id, result.result) == ("SUCCESS", "message-1", 5)
    assert (stored(task).status, stored(task).celery_task_id) == ("PENDING", "")
    assert TaskResult.objects.count() == 0


@pytest.mark.parametrize(
    "nonsense",
    [
        {"status": "DONE"},
        {"status": "RUNNING"},
        {"status": "SUCCESS"},
        {"finished_at": timezone.now()},
        {"lease_expires_at": timezone.now()},
        {"priority": 10},
        {"duration_ms": -1},
        {"max_attempts": 0},
        {"fail_attempts": -1},
        {"retry_backoff_ms": 60_001},
        {"concurrency_limit": 0},
        {"attempt": 4},
    ],
    ids=lambda columns: " ".join(columns),
)
def test_database_rejects_inconsistent_rows(make_task, nonsense):
    task = make_task()

    with pytest.raises(IntegrityError), transaction.atomic():
        Task.objects.filter(pk=task.pk).update(**nonsense)
