"""Cancelled tasks are restored as they were, and only those that nothing else has changed."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils import timezone

from tasks_app.log.cursor import Cursor
from tasks_app.models import ClusterEvent, Task
from tasks_app.services import tasks
from tasks_app.services.tasks import restoring
from tasks_app.services.tasks.restoring import restore_tasks
from tests.conftest import reload

CHANGED = {"version", "xid", "updated_at"}


@pytest.fixture
def make_running(make_task, node):
    def make(**options):
        task = make_task(**options)
        later = timezone.now() + timedelta(minutes=1)
        Task.objects.filter(pk=task.pk).update(status="RUNNING", lease_expires_at=later, node=node)
        return task

    return make


def values(task):
    row = Task.objects.filter(pk=task.pk).values().get()
    return {name: value for name, value in row.items() if name not in CHANGED}


def test_restored_task_has_all_its_fields_and_its_place(make_task, node):
    task = make_task(
        priority=7,
        slots=2,
        duration_ms=10,
        max_attempts=5,
        fail_attempts=1,
        retry_backoff_ms=5_000,
        expires_at=timezone.now() + timedelta(days=1),
        idempotency_key="order-7",
    )
    soon = timezone.now() + timedelta(seconds=30)
    Task.objects.filter(pk=task.pk).update(attempt=2, node=node, due_at=soon, celery_task_id="x")
    before = values(task)

    done = tasks.cancel_tasks(Q())
    assert values(task) != before
    restored = restore_tasks(done.events)

    assert restored == 1
    assert values(task) == before
    assert reload(task).version == 3


def test_event_says_that_tasks_were_restored_and_nodes_are_woken(make_task, woken):
    task = make_task()
    done = tasks.cancel_tasks(Q())
    woken.clear()

    restore_tasks(done.events)

    event = ClusterEvent.objects.latest("id")
    assert (event.kind, event.previous_status, event.status, event.task_ids, event.versions) == (
        "TASK_RESTORED",
        "CANCELLED",
        "PENDING",
        [task.pk],
        [3],
    )
    assert woken == ["default"]


def test_running_tasks_are_not_restored(make_task, make_running):
    pending, running = make_task(), make_running()

    done = tasks.cancel_tasks(Q())

    assert (done.total, done.pending_count, len(done.events)) == (2, 1, 1)
    assert restore_tasks(done.events) == 1
    assert reload(pending).status == "PENDING"
    assert reload(running).cancel_requested_at is not None


def test_task_that_changed_since_its_cancellation_is_left_out(make_task):
    first, second, third = make_task(), make_task(), make_task()
    done = tasks.cancel_tasks(Q())
    tasks.retry_task(first.pk)
    tasks.retry_task(second.pk)
    tasks.cancel_task(second.pk)

    assert restore_tasks(done.events, dry_run=True) == 1
    assert restore_tasks(done.events) == 1
    assert [reload(task).run for task in (first, second, third)] == [2, 2, 1]
    assert reload(second).status == "CANCELLED"


def test_second_restore_changes_nothing(make_task):
    make_task()
    done = tasks.cancel_tasks(Q())

    assert [restore_tasks(done.events), restore_tasks(done.events)] == [1, 0]


def test_dry_run_changes_nothing(make_task):
    task = make_task()
    assert tasks.cancel_tasks(Q(), dry_run=True) == tasks.Cancelled(1, 1, [])
    assert reload(task).status == "PENDING"

    done = tasks.cancel_tasks(Q())

    assert restore_tasks(done.events, dry_run=True) == 1
    assert reload(task).status == "CANCELLED"


def test_event_that_cancelled_no_pending_task_is_refused_and_nothing_changes(
    make_task, make_running
):
    make_running()
    task = make_task()
    done = tasks.cancel_tasks(Q())
    cursors = {event.kind: Cursor(event.xid, event.id) for event in ClusterEvent.objects.all()}
    missing = Cursor(1, 2**62)
    wrong = [
        "no cursor",
        missing.encode(),
        cursors["TASK_CREATED"].encode(),
        cursors["TASK_CANCEL_REQUESTED"].encode(),
        cursors["TASK_CANCELLED"]._replace(xid=1).encode(),
        cursors["TASK_CANCELLED"]._replace(seen=1).encode(),
    ]

    with pytest.raises(ValidationError) as refusal:
        restore_tasks([*done.events, *wrong])

    codes = {name: errors[0].code for name, errors in refusal.value.error_dict.items()}
    assert codes == {
        "events.1": "invalid",
        "events.2": "not_found",
        "events.3": "not_restorable",
        "events.4": "not_restorable",
        "events.5": "not_found",
        "events.6": "not_restorable",
    }
    assert reload(task).status == "CANCELLED"


def test_attempt_that_was_cancelled_while_it_ran_is_refused(make_running):
    task = make_running()
    tasks.cancel_task(task.pk)
    Task.objects.filter(pk=task.pk).update(
        status="CANCELLED", lease_expires_at=None, finished_at=timezone.now()
    )
    event = ClusterEvent.objects.create(
        kind="TASK_CANCELLED", previous_status="RUNNING", task_ids=[task.pk], versions=[2]
    )
    event.refresh_from_db()

    with pytest.raises(ValidationError) as refusal:
        restore_tasks([Cursor(event.xid, event.id).encode()])

    [error] = refusal.value.error_dict["events.0"]
    assert error.code == "not_restorable"
    assert "were running" in error.messages[0]


def test_number_of_events_is_limited(db, monkeypatch):
    monkeypatch.setattr(restoring, "EVENTS_MAX", 2)

    with pytest.raises(ValidationError) as refusal:
        restore_tasks(["a", "b", "c"])

    assert refusal.value.error_dict["events"][0].code == "out_of_range"
