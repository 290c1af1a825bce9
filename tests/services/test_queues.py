"""The deletion of queues, also while tasks are created in them."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils import timezone

from tasks_app.models import ClusterEvent, Queue, Role, Scope, ScopeKind, Task
from tasks_app.policy.claim import Choice
from tasks_app.services import nodes, queues, schedules, tasks
from tasks_app.services.access import tokens
from tasks_app.services.schedules import creation
from tasks_app.services.schedules.parameters import NewSchedule, checked
from tasks_app.services.tasks import NewTask
from tasks_app.sql.claiming import claims
from tasks_app.sql.claiming.scheduling import Scheduling
from tests.support.waiting import eventually

pytestmark = pytest.mark.django_db


@pytest.fixture
def queue(db):
    """The name of a queue that nothing uses."""
    return Queue.objects.create(name="reports").name


def refusal(service, *arguments, **options):
    """Return the fields and codes for which a service refuses."""
    with pytest.raises(ValidationError) as invalid:
        service(*arguments, **options)
    return {name: errors[0].code for name, errors in invalid.value.error_dict.items()}


def schedule_in(queue):
    tomorrow = timezone.now() + timedelta(days=1)
    return schedules.create_schedule(
        NewSchedule(a=1, b=2, interval=60, scheduled_at=tomorrow, queue=queue)
    )


def test_unused_queue_is_deleted_and_logged(queue):
    id = Queue.objects.get(name=queue).pk

    assert queues.delete_queue(queue, note="merged") == id

    assert not Queue.objects.filter(name=queue).exists()
    event = ClusterEvent.objects.get()
    assert (event.kind, event.queue, event.message) == ("QUEUE_DELETED", queue, "merged")
    with pytest.raises(Queue.DoesNotExist):
        queues.delete_queue(queue)


@pytest.mark.parametrize("status", ["PENDING", "CANCELLED"])
def test_queue_with_a_task_of_any_status_is_kept(queue, make_task, status):
    task = make_task(queue=queue)
    if status == "CANCELLED":
        tasks.cancel_task(task.pk)

    assert refusal(queues.delete_queue, queue) == {"name": "in_use"}

    Task.objects.all().delete()
    queues.delete_queue(queue)


def test_queue_of_a_schedule_is_kept(queue):
    schedule = schedule_in(queue)
    with pytest.raises(ValidationError, match="Schedules that use the queue: 1"):
        queues.delete_queue(queue)

    schedules.update_schedule(schedule.pk, queue="default")
    queues.delete_queue(queue)


def test_queue_that_a_node_is_assigned_to_is_kept(queue, node):
    nodes.assign_node(node.name, queues=[queue])
    assert refusal(queues.delete_queue, queue) == {"name": "in_use"}

    nodes.assign_node(node.name, queues=None)
    queues.delete_queue(queue)


def test_queue_that_a_token_is_limited_to_is_kept(queue):
    scope = Scope(ScopeKind.QUEUE, queue)
    token = tokens.create_token("page", Role.VIEWER, scope=scope).token
    assert refusal(queues.delete_queue, queue) == {"name": "in_use"}

    tokens.revoke_token(token.pk)
    queues.delete_queue(queue)


def test_default_queue_is_kept():
    assert refusal(queues.delete_queue, "default") == {"name": "in_use"}


def test_no_task_is_created_in_a_queue_that_was_used_before_its_deletion(queue, make_task):
    make_task(queue=queue)
    Task.objects.all().delete()
    queues.delete_queue(queue)

    assert refusal(tasks.create_task, NewTask(a=1, b=2, queue=queue)) == {"queue": "unknown_queue"}


def create_one(queue):
    tasks.create_task(NewTask(a=1, b=2, queue=queue))


def create_many(queue):
    tasks.create_tasks([NewTask(a=1, b=2), NewTask(a=1, b=2, queue=queue)])


def update_schedule(queue):
    schedules.update_schedule(schedule_in("default").pk, queue=queue)


def assign_node(queue):
    nodes.assign_node("node-1@here", queues=[queue])


USES = [create_one, create_many, schedule_in, update_schedule, assign_node]


@pytest.mark.parametrize("use", USES)
@pytest.mark.django_db(transaction=True)
def test_deletion_waits_for_a_transaction_that_uses_the_queue(queue, node, use):
    with commit_when_another_waits(lambda: use(queue)):
        assert refusal(queues.delete_queue, queue) == {"name": "in_use"}


@pytest.mark.parametrize("use", USES)
@pytest.mark.django_db(transaction=True)
def test_use_of_a_queue_waits_for_its_deletion(queue, node, use):
    with commit_when_another_waits(lambda: queues.delete_queue(queue)):
        assert list(refusal(use, queue).values()) == ["unknown_queue"]

    assert not Task.objects.filter(queue_id=queue).exists()


def test_queue_that_is_deleted_while_a_schedule_is_checked_is_refused(queue, monkeypatch):
    def checked_then_deleted(new):
        new = checked(new)
        queues.delete_queue(queue)
        return new

    monkeypatch.setattr(creation, "checked", checked_then_deleted)

    assert refusal(schedule_in, queue) == {"queue": "unknown_queue"}
    assert not Task.objects.exists()


def test_claim_takes_nothing_of_a_queue_that_was_deleted_meanwhile(queue, node, make_task):
    queues.update_queue(queue, running_limit=1)
    task = make_task(queue=queue)
    [candidate] = claims.candidates([queue], Scheduling())
    task.delete()
    queues.delete_queue(queue)

    taken = claims.take(
        Choice(candidate),
        Scheduling(),
        node_id=node.pk,
        celery_task_id="message-1",
        lease=timedelta(seconds=30),
        batch=1,
    )

    assert taken == []


@pytest.mark.django_db(transaction=True)
def test_creations_and_deletions_at_once_leave_no_task_without_its_queue():
    names = [f"queue-{number}" for number in range(30)]
    Queue.objects.bulk_create(Queue(name=name) for name in names)
    start = threading.Barrier(4)

    def run(service):
        for name in names:
            start.wait(20)
            with suppress(ValidationError, Queue.DoesNotExist):
                service(name)
        connection.close()

    with ThreadPoolExecutor(4) as pool:
        services = (create_one, create_many, queues.delete_queue, queues.delete_queue)
        for ended in [pool.submit(run, service) for service in services]:
            ended.result()

    used = Task.objects.exclude(queue_id="default").values_list("queue_id", flat=True)
    kept = Queue.objects.exclude(name="default").values_list("name", flat=True)
    assert set(used) == set(kept)


def test_creation_in_many_queues_takes_few_locks(db):
    names = [f"queue-{number}" for number in range(2_000)]
    Queue.objects.bulk_create(Queue(name=name) for name in names)

    with transaction.atomic():
        tasks.create_tasks([NewTask(a=1, b=2, queue=name) for name in names])
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'")
            [(count,)] = cursor.fetchall()

    assert 0 < count <= 128


@contextmanager
def commit_when_another_waits(function):
    """Run a function in a transaction of another thread, which then waits for one that waits."""
    has_run = threading.Event()

    def run():
        try:
            with transaction.atomic():
                function()
                has_run.set()
                eventually(is_waiting, seconds=4)
        finally:
            has_run.set()
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        ended = pool.submit(run)
        assert has_run.wait(20)
        yield
        ended.result()


def is_waiting():
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
        return cursor.fetchone()[0]
