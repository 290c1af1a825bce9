"""The tasks of backfills: each scheduled time gets one, in order, and not too many at once."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from tasks_app import backfilling, recovery
from tasks_app.models import Backfill, BackfillRun, ClusterEvent, Queue, Task, TaskResult
from tasks_app.services import backfills, schedules, tasks
from tasks_app.services.queues import create_queue, delete_queue
from tasks_app.sql import backfills as sql
from tests.backfill.conftest import hours
from tests.support.working import run_all

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("node")]


def stored(backfill):
    return Backfill.objects.get(pk=backfill.pk)


def started(backfill):
    """The scheduled times that have a task, in the order in which the tasks were created."""
    runs = backfill.runs.exclude(task=None).order_by("task_id")
    return list(runs.values_list("scheduled_for", flat=True))


def states(backfill):
    return [run.state for run in stored(backfill).runs.order_by("pk")]


def finish(backfill, passes=20):
    """Pass by pass, as Beat and a node do, until nothing is left."""
    for _ in range(passes):
        backfilling.advance(10)
        run_all()
    assert stored(backfill).state == "DONE"


def test_each_scheduled_time_runs_once(make_backfill, woken):
    backfill = make_backfill(5, max_concurrency=2)

    assert backfilling.advance(10) == 1
    assert started(backfill) == hours(0, 1)
    assert backfilling.advance(10) == 0
    assert woken == ["default"]
    finish(backfill)

    assert started(backfill) == hours(0, 1, 2, 3, 4)
    assert sql.counts([backfill.pk]) == {backfill.pk: {"SUCCEEDED": 5}}
    assert TaskResult.objects.count() == 5
    assert stored(backfill).ended_at
    kinds = ClusterEvent.objects.filter(backfill_ids=[backfill.pk]).values_list("kind", flat=True)
    assert list(kinds.order_by("id")) == ["BACKFILL_CREATED", "BACKFILL_COMPLETED"]


def test_newest_scheduled_time_runs_first(make_backfill):
    backfill = make_backfill(4, order="NEWEST_FIRST")

    finish(backfill)

    assert started(backfill) == hours(3, 2, 1, 0)


def test_tasks_have_the_options_of_the_schedule_at_the_creation(make_backfill, hourly):
    create_queue("bulk")
    options = {"queue": "bulk", "priority": 2, "duration_ms": 7, "slots": 2, "max_attempts": 4}
    options |= {"concurrency_key": "k", "concurrency_limit": 3}
    schedule = hourly(a=10, b=20, fail_attempts=1, retry_backoff_ms=5, **options)
    backfill = make_backfill(2, schedule)
    schedules.update_schedule(schedule.pk, a=0, queue="default", priority=9)

    backfilling.advance(10)

    task = Task.objects.get(backfill_run__backfill=backfill)
    assert (task.a, task.b, task.fail_attempts, task.retry_backoff_ms) == (10, 20, 1, 5)
    assert (task.queue_id, task.priority, task.duration_ms) == ("bulk", 2, 7)
    assert (task.slots, task.max_attempts, task.schedule) == (2, 4, None)
    assert (task.concurrency_key, task.concurrency_limit) == ("k", 3)
    created = ClusterEvent.objects.filter(kind="TASK_CREATED").latest("id")
    assert (created.task_ids, created.queue, created.versions) == ([task.pk], "bulk", [1])


def test_task_that_fails_counts_as_ended_and_can_be_retried(make_backfill, hourly):
    schedule = hourly(fail_attempts=1, max_attempts=1)
    backfill = make_backfill(2, schedule)
    finish(backfill)
    assert sql.counts([backfill.pk]) == {backfill.pk: {"FAILED": 2}}
    first, _ = backfill.runs.order_by("pk")
    Task.objects.filter(pk=first.task_id).update(fail_attempts=0)

    tasks.retry_task(first.task_id)

    assert sql.counts([backfill.pk]) == {backfill.pk: {"ACTIVE": 1, "FAILED": 1}}
    run_all()
    assert sql.counts([backfill.pk]) == {backfill.pk: {"SUCCEEDED": 1, "FAILED": 1}}
    assert states(backfill) == ["SUCCEEDED", "FAILED"]
    assert stored(backfill).state == "DONE"


def test_paused_backfill_starts_no_tasks_until_it_is_resumed(make_backfill):
    backfill = make_backfill(3)
    backfilling.advance(10)
    backfills.pause_backfill(backfill.pk)
    run_all()

    backfilling.advance(10)
    assert states(backfill) == ["SUCCEEDED", "WAITING", "WAITING"]
    assert backfilling.advance(10) == 0

    backfills.resume_backfill(backfill.pk)
    finish(backfill)
    kinds = ClusterEvent.objects.filter(backfill_ids=[backfill.pk]).values_list("kind", flat=True)
    assert list(kinds.order_by("id")) == [
        *("BACKFILL_CREATED", "BACKFILL_PAUSED", "BACKFILL_RESUMED", "BACKFILL_COMPLETED")
    ]


def test_paused_backfill_without_waiting_times_is_done_when_its_tasks_have_ended(make_backfill):
    backfill = make_backfill(2, max_concurrency=2)
    backfilling.advance(10)
    backfills.pause_backfill(backfill.pk)
    run_all()

    backfilling.advance(10)

    assert stored(backfill).state == "DONE"


@pytest.mark.parametrize("cancel_active", [False, True])
def test_cancelled_backfill_starts_no_more_tasks(make_backfill, cancel_active):
    backfill = make_backfill(3)
    backfilling.advance(10)

    cancelled = backfills.cancel_backfill(backfill.pk, cancel_active=cancel_active)

    assert (cancelled.state, bool(cancelled.ended_at)) == ("CANCELLED", True)
    assert backfilling.advance(10) == 0
    run_all()
    first = "CANCELLED" if cancel_active else "SUCCEEDED"
    assert states(backfill) == [first, "CANCELLED", "CANCELLED"]
    event = ClusterEvent.objects.get(kind="BACKFILL_CANCELLED")
    assert (event.backfill_ids, event.schedule_ids) == ([backfill.pk], [backfill.schedule_id])


def test_active_tasks_of_a_cancelled_backfill_can_be_cancelled_later(make_backfill):
    backfill = make_backfill(2)
    backfilling.advance(10)
    backfills.cancel_backfill(backfill.pk)

    backfills.cancel_backfill(backfill.pk, cancel_active=True)

    assert states(backfill) == ["CANCELLED", "CANCELLED"]
    assert ClusterEvent.objects.filter(kind="BACKFILL_CANCELLED").count() == 1


def test_deleting_the_schedule_cancels_its_backfills(make_backfill, hourly):
    schedule = hourly()
    done = make_backfill(1, schedule)
    finish(done)
    opened = [make_backfill(2, schedule), make_backfill(2, schedule)]
    backfills.pause_backfill(opened[1].pk)
    backfilling.advance(10)

    schedules.delete_schedule(schedule.pk)

    assert stored(done).state == "DONE"
    assert [stored(each).state for each in opened] == ["CANCELLED", "CANCELLED"]
    assert {stored(each).schedule for each in opened} == {None}
    assert states(opened[0]) == ["CANCELLED", "CANCELLED"]
    event = ClusterEvent.objects.get(kind="BACKFILL_CANCELLED")
    assert set(event.backfill_ids) == {each.pk for each in opened}
    assert (event.schedule_ids, event.message) == ([schedule.pk], "The schedule was deleted.")


def test_backfills_that_have_waited_longest_come_first(make_backfill):
    made = [make_backfill(5, max_concurrency=5) for _ in range(4)]

    for _ in range(4):
        assert backfilling.advance(1) == 1

    assert [len(started(backfill)) for backfill in made] == [5, 5, 5, 5]


def test_queue_of_a_backfill_cannot_be_deleted_before_its_end(make_backfill, hourly):
    create_queue("bulk")
    schedule = hourly(queue="bulk")
    backfill = make_backfill(1, schedule)
    schedules.update_schedule(schedule.pk, queue="default")

    with pytest.raises(ValidationError, match="Backfills that use the queue: 1"):
        delete_queue("bulk")

    backfills.cancel_backfill(backfill.pk)
    delete_queue("bulk")
    assert not Queue.objects.filter(name="bulk").exists()


def test_number_of_queries_does_not_grow_with_backfills_and_tasks(
    make_backfill, django_assert_num_queries
):
    def advance(count):
        for _ in range(count):
            make_backfill(10, max_concurrency=10)
        with django_assert_num_queries(2 + 7):  # a savepoint around, and none for each task
            assert backfilling.advance(100) == count

    advance(1)
    advance(5)
    assert Task.objects.filter(backfill_run__isnull=False).count() == 60


def test_backfill_and_its_tasks_are_deleted_when_their_retention_has_passed(make_backfill):
    long_ago = timezone.now() - timedelta(days=400)
    old, paused = make_backfill(3, max_concurrency=3), make_backfill(2, max_concurrency=2)
    for _ in range(2):
        backfilling.advance(10)
        run_all()
    backfills.pause_backfill(make_backfill(2).pk)
    Backfill.objects.filter(pk=paused.pk).update(state="PAUSED", ended_at=None)
    Backfill.objects.filter(pk=old.pk).update(state="DONE", ended_at=long_ago)
    # The IDs of tasks say when they were created, so the statement is asked for a later time.
    Task.objects.filter(schedule=None).update(finished_at=long_ago)

    assert sql.delete_ended(timezone.now() - timedelta(days=300), 2) == 2
    assert sql.delete_ended(timezone.now() - timedelta(days=300), 2) == 1
    recovery.delete_finished(timezone.now() + timedelta(days=1), 100)

    assert not Backfill.objects.filter(pk=old.pk).exists()
    assert Task.objects.filter(schedule=None).count() == 2
    assert {run.backfill_id for run in BackfillRun.objects.exclude(task=None)} == {paused.pk}
