"""Django's Tasks framework on the cluster, with the real services."""

from dataclasses import replace
from datetime import timedelta

import pytest
from asgiref.sync import async_to_sync
from django.db import transaction
from django.utils import timezone
from django_tasks import TaskResultStatus, task
from django_tasks.exceptions import InvalidTaskError, TaskResultDoesNotExist
from django_tasks.signals import task_enqueued

from tasks_app.django_tasks import add
from tasks_app.django_tasks.backend import TaskCancelledError, TaskFailedError
from tasks_app.models import ClusterEvent, Queue, Task, uuid7
from tasks_app.options import INT64_MAX
from tasks_app.recovery import requeue_held_by
from tasks_app.services import tasks
from tests.docs.pages import ROOT, Block, blocks
from tests.support.cluster import running_cluster
from tests.support.waiting import eventually
from tests.support.working import claim, run_all

pytestmark = pytest.mark.django_db


def test_enqueued_addition_is_a_task_of_the_cluster(woken):
    result = add.enqueue(2, b=3)

    row = Task.objects.get(pk=result.id)
    assert (row.a, row.b, row.queue_id, row.priority, row.run_at) == (2, 3, "default", 5, None)
    assert ClusterEvent.objects.get().task_ids == [row.pk]
    assert woken == ["default"]
    assert (result.status, result.args, result.kwargs) == (TaskResultStatus.READY, [2, 3], {})
    assert (result.enqueued_at, result.attempts) == (row.created_at, 0)


def test_options_become_those_of_the_cluster():
    Queue.objects.create(name="reports")
    later = timezone.now() + timedelta(hours=1)

    result = add.using(queue_name="reports", priority=50, run_after=later).enqueue(2, 3)

    row = Task.objects.get(pk=result.id)
    assert (row.queue_id, row.priority, row.run_at, row.due_at) == ("reports", 7, later, later)


@pytest.mark.parametrize(("priority", "stored"), [(-100, 0), (-1, 4), (0, 5), (22, 5), (100, 9)])
def test_priorities_keep_their_order_and_the_default(priority, stored):
    result = add.using(priority=priority).enqueue(2, 3)

    assert Task.objects.get(pk=result.id).priority == stored
    again = add.using(priority=add.get_result(result.id).task.priority).enqueue(2, 3)
    assert Task.objects.get(pk=again.id).priority == stored


def test_rolled_back_transaction_leaves_no_task(woken):
    with transaction.atomic():
        add.enqueue(2, 3)
        transaction.set_rollback(True)

    assert (Task.objects.count(), ClusterEvent.objects.count()) == (0, 0)


@pytest.mark.usefixtures("node")
def test_result_follows_the_task_to_its_sum():
    result = add.enqueue(INT64_MAX, INT64_MAX)
    claim()
    result.refresh()
    assert result.status == TaskResultStatus.RUNNING
    with pytest.raises(ValueError, match="not finished"):
        _ = result.return_value
    other = add.enqueue(2, 3)
    run_all()
    other.refresh()

    assert (other.return_value, other.worker_ids) == (5, ["node-1@here"])
    assert other.enqueued_at < other.started_at <= other.last_attempted_at <= other.finished_at
    assert add.get_result(other.id) == other


@pytest.mark.usefixtures("node")
def test_each_attempt_of_the_run_has_its_node(node):
    result = add.enqueue(2, 3)
    claim()
    requeue_held_by(node)
    result.refresh()
    assert result.attempts == 1
    run_all()
    result.refresh()

    assert (result.return_value, result.worker_ids) == (5, ["node-1@here"] * 2)
    assert result.started_at < result.last_attempted_at


def test_failed_and_cancelled_tasks_have_errors():
    failed, cancelled = add.enqueue(1, 1), add.enqueue(2, 2)
    Task.objects.get(pk=failed.id).mark_as_failed("The disk is full.")
    tasks.cancel_task(Task.objects.get(pk=cancelled.id).pk)
    failed.refresh()
    cancelled.refresh()

    assert failed.status == cancelled.status == TaskResultStatus.FAILED
    assert failed.errors[0].traceback == "The disk is full."
    assert failed.errors[0].exception_class is TaskFailedError
    assert cancelled.errors[0].exception_class is TaskCancelledError


@pytest.mark.parametrize("id", [str(uuid7()), "7", ""], ids=["unknown", "malformed", "empty"])
def test_unknown_result_does_not_exist(id):
    with pytest.raises(TaskResultDoesNotExist):
        add.get_result(id)


def subtract(a, b):
    return a - b


def test_other_functions_are_refused_with_a_hint():
    with pytest.raises(InvalidTaskError, match=r"does not run .*subtract.*tasks_app.django_tasks"):
        task(subtract)
    with pytest.raises(InvalidTaskError, match="takes_context"):
        replace(add, takes_context=True)


@pytest.mark.parametrize(
    ("queue", "a", "message"),
    [
        ("nowhere", 1, "queue_name: There is no queue"),
        ("default", INT64_MAX + 1, "a: Must be an integer"),
        ("default", "1", "a: Must be an integer"),
    ],
)
def test_refusal_names_the_field_and_stores_nothing(queue, a, message):
    with pytest.raises(InvalidTaskError, match=message):
        add.using(queue_name=queue).enqueue(a, 1)

    assert Task.objects.count() == 0


def test_wrong_arguments_raise_type_error():
    with pytest.raises(TypeError, match="'b'"):
        add.enqueue(1)  # type: ignore[call-arg]


def test_enqueue_sends_the_signal():
    received = []

    def receive(task_result, **_):
        received.append(task_result)

    task_enqueued.connect(receive)
    try:
        result = add.enqueue(2, 3)
    finally:
        task_enqueued.disconnect(receive)

    assert received == [result]


@pytest.mark.django_db(transaction=True)
def test_coroutines_enqueue_too():
    result = async_to_sync(add.aenqueue)(2, 3)

    assert async_to_sync(add.aget_result)(result.id).args == [2, 3]


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_worker_node_runs_what_a_transaction_enqueues():
    with running_cluster("node-1"):
        with transaction.atomic():
            result = add.enqueue(2, 3)
        eventually(lambda: result.refresh() or result.is_finished, "the task's end")

        assert result.return_value == 5
        assert result.worker_ids[0].startswith("node-1@")


def programs():
    return [block for block in blocks("python") if block.page == "docs/how-to/django-tasks.md"]


@pytest.mark.parametrize("block", [b for b in programs() if "sleep" not in b.code], ids=str)
def test_programs_of_the_guide_enqueue(block: Block):
    exec(compile(block.code, str(ROOT / block.page), "exec"), {})

    assert Task.objects.count() == 1
