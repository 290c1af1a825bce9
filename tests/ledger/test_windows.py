"""What the checks of the ledger examine, and what they leave out because it is no violation."""

from contextlib import closing

import psycopg2
import pytest
from django.utils import timezone

from tasks_app import ledger, recovery
from tasks_app.ledger.invariant import Window
from tasks_app.models import Task, WorkerNode
from tasks_app.services import nodes, queues, schedules
from tests.ledger.conftest import HOUR, check_of, execute, found
from tests.support.cluster import database_url
from tests.support.working import claim, claim_only, complete, run_only


def test_window_bounds_what_is_examined(busy):
    execute("UPDATE tasks_app_taskresult SET result = 0 WHERE task_id = %(id)s", id=busy.done.pk)
    window = Window(rows=2, counted=3, events=4)

    assert found(window=window) == {}
    assert check_of("sums", window=window).examined == 2
    assert check_of("leases", window=window).examined == 4
    counts = check_of("task-counts", window=window)
    assert counts.examined == 3 + 2 + 1  # succeeded, running, pending
    assert "up to 3 of each status" in counts.window
    assert check_of("log-matches-tasks", window=window).examined <= 4


def test_result_of_a_changed_schedule_is_compared_until_the_change(busy):
    results = "UPDATE tasks_app_taskresult SET result = 0 WHERE task_id = %(id)s"
    task = Task.objects.get(schedule=busy.schedule)
    schedules.update_schedule(busy.schedule.pk, a=1_000)
    assert found() == {}

    tasks_before = check_of("sums").examined
    schedules.trigger_schedule(busy.schedule.pk)
    nodes.resize_node(busy.node.name, slots=None)
    execute("UPDATE tasks_app_workernode SET slots = 8")
    run_only(task)
    assert found() == {}
    assert check_of("sums").examined == tasks_before + 1
    execute(f"{results} AND run = 2", id=task.pk)
    assert found() == {"sums": {str(task.pk)}}


def test_node_that_got_fewer_slots_may_finish_what_it_runs(busy):
    nodes.resize_node(busy.node.name, slots=1)
    assert check_of("slots").holds

    # As if these two had started a while after it.
    execute("UPDATE tasks_app_clusterevent SET at = at - interval '1 min'")
    assert found() == {"slots": {busy.node.name}}


def test_queue_that_got_a_lower_limit_may_finish_what_runs(make_task, node):
    queues.create_queue("reports")
    WorkerNode.objects.update(queues=["reports"])
    pair = [make_task(queue="reports", duration_ms=60_000) for _ in range(2)]
    for number, task in enumerate(pair):
        claim_only(task, message=f"message-{number}")
    queues.update_queue("reports", running_limit=1)
    assert check_of("running-limits").holds

    execute("UPDATE tasks_app_clusterevent SET at = at - interval '1 min'")
    assert found() == {"running-limits": {"reports"}}


def test_schedule_that_got_another_key_may_finish_what_runs(busy, make_task):
    make_task(concurrency_key="k", duration_ms=60_000)
    schedules.trigger_schedule(busy.schedule.pk)
    WorkerNode.objects.update(slots=8)
    while claim(message=f"message {Task.objects.filter(status='RUNNING').count()}"):
        pass
    schedules.update_schedule(busy.schedule.pk, concurrency_key="k")
    running = Task.objects.filter(status="RUNNING", concurrency_key="k")
    assert running.count() == 2
    assert check_of("concurrency-limits").holds

    execute("UPDATE tasks_app_taskschedule SET updated_at = updated_at - interval '1 min'")
    assert found() == {"concurrency-limits": {"k"}}


def test_deleted_schedules_and_pruned_tasks_violate_nothing(busy):
    schedules.delete_schedule(busy.schedule.pk)
    deleted = recovery.delete_finished(timezone.now() + HOUR, 2)

    assert deleted
    assert found() == {}


def test_check_gives_up_in_time(transactional_db):
    with closing(psycopg2.connect(database_url())) as other, other.cursor() as cursor:
        cursor.execute("LOCK TABLE tasks_app_taskresult")
        with pytest.raises(ledger.TooSlowError):
            ledger.check(seconds=0.3)
        with pytest.raises(ledger.TooSlowError):
            ledger.check(seconds=0)


def test_batch_that_is_half_completed_holds(make_task, node):
    for _ in range(3):
        make_task()
    claimed = claim()
    complete(claimed[:1])

    assert found() == {}
