"""Each invariant holds for what the services do, and finds the row that something else changed."""

from contextlib import closing
from datetime import timedelta
from types import SimpleNamespace

import psycopg2
import pytest
from django.db import connection
from django.utils import timezone

from tasks_app import ledger, recovery, ticking
from tasks_app.ledger.invariant import Window
from tasks_app.models import Task, TaskSchedule, WorkerNode
from tasks_app.services import nodes, queues, schedules, tasks
from tests.support.cluster import database_url
from tests.support.statistics import roll_up_all
from tests.support.working import claim, claim_only, complete, run_all, run_only

HOUR = timedelta(hours=1)


def execute(sql, **params):
    with connection.cursor() as cursor:
        cursor.execute(sql, params)


def found(**options):
    """The violations, as the names of the invariants with the keys of the examples."""
    checked = ledger.check(**options)
    violated = [check for check in checked.checks if not check.holds]
    return {check.invariant.name: {each.key for each in check.examples} for check in violated}


def check_of(name, **options):
    checks = ledger.check(**options).checks
    return next(check for check in checks if check.invariant.name == name)


@pytest.fixture
def busy(make_task, make_schedule, node):
    """A cluster in which a bit of everything has happened, or is about to."""
    WorkerNode.objects.update(online_since=timezone.now() - HOUR)
    queues.create_queue("limited", running_limit=1)
    done, other = make_task(a=2), make_task(a=3)
    retried = make_task(fail_attempts=2, retry_backoff_ms=0)
    run_all()
    cancelled = make_task()
    tasks.cancel_task(cancelled.pk)
    tasks.retry_task(cancelled.pk)
    run_all()
    schedule = make_schedule()
    first = timezone.now() - timedelta(seconds=1)
    TaskSchedule.objects.update(scheduled_at=first, next_run_at=first)
    ticking.tick(schedule.pk)
    run_all()
    roll_up_all()
    running, another = make_task(duration_ms=60_000), make_task(duration_ms=60_000)
    claim_only(running, message="message-2")
    claim_only(another, message="message-3")
    pending = make_task()
    return SimpleNamespace(
        done=done,
        other=other,
        retried=retried,
        schedule=schedule,
        running=running,
        another=another,
        pending=pending,
        node=node,
    )


def test_busy_cluster_holds(busy):
    checked = ledger.check()

    assert checked.holds
    assert found() == {}
    examined = {check.invariant.name: check.examined for check in checked.checks}
    assert examined["task-counts"] == Task.objects.count() == 8
    assert examined["sums"] == 5
    assert examined["slots"] == examined["running-limits"] == examined["queues-exist"] == 1
    assert examined["scheduled-times"] == 1
    assert examined["log-matches-tasks"] == 8
    assert examined["log-without-gap"] > 8


# For each invariant: a change behind the services, what it violates, and the constraint that would
# refuse it.
BEHIND = {
    "task-counts": (
        "DELETE FROM tasks_app_task WHERE id = %(pending)s",
        {"task-counts": {"PENDING"}, "log-matches-tasks": {"pending"}},
        "",
    ),
    "task-counts, of an inserted row": (
        """
        INSERT INTO tasks_app_task (id, a, b, status, finished_at)
        VALUES ('00000000-0000-7000-8000-000000000001', 1, 1, 'CANCELLED', now())
        """,
        {"task-counts": {"CANCELLED"}},
        "",
    ),
    "sums": (
        "UPDATE tasks_app_taskresult SET result = result + 1 WHERE task_id = %(done)s",
        {"sums": {"done"}},
        "",
    ),
    "one-result-per-run, without one": (
        "DELETE FROM tasks_app_taskresult WHERE task_id = %(done)s",
        {"one-result-per-run": {"done"}},
        "",
    ),
    "one-result-per-run, with two": (
        """
        INSERT INTO tasks_app_taskresult (id, task_id, result, run, attempt)
        SELECT gen_random_uuid(), task_id, result, run, attempt
          FROM tasks_app_taskresult WHERE task_id = %(done)s
        """,
        {"one-result-per-run": {"done"}, "results-of-successes": {"done"}},
        "taskresult DROP CONSTRAINT task_result_once_per_run",
    ),
    "results-of-successes, of another attempt": (
        "UPDATE tasks_app_taskresult SET attempt = 3 WHERE task_id = %(done)s",
        {"results-of-successes": {"done"}},
        "",
    ),
    "results-of-successes, of a running task": (
        """
        INSERT INTO tasks_app_taskresult (id, task_id, result, run, attempt)
        VALUES (gen_random_uuid(), %(running)s, 5, 1, 1)
        """,
        {"results-of-successes": {"running"}},
        "",
    ),
    "leases, of an ended task": (
        "UPDATE tasks_app_task SET lease_expires_at = now() WHERE id = %(done)s",
        {"leases": {"done"}},
        "task DROP CONSTRAINT task_leased_while_running",
    ),
    "leases, of a running task": (
        "UPDATE tasks_app_task SET lease_expires_at = NULL WHERE id = %(running)s",
        {"leases": {"running"}},
        "task DROP CONSTRAINT task_leased_while_running",
    ),
    "slots": (
        "UPDATE tasks_app_task SET slots = 2 WHERE id = %(running)s",
        {"slots": {"node-1@here"}},
        "",
    ),
    "running-limits": (
        """
        UPDATE tasks_app_task SET queue = 'limited' WHERE id IN (%(running)s, %(another)s)
        """,
        {"running-limits": {"limited"}},
        "",
    ),
    "not-before-due": (
        "UPDATE tasks_app_task SET started_at = due_at - interval '1 ms' WHERE id = %(done)s",
        {"not-before-due": {"done"}},
        "",
    ),
    "scheduled-times, twice": (
        """
        INSERT INTO tasks_app_scheduletick
               (id, schedule_id, nominal_at, outcome, reason, count, run, fired_at)
        SELECT gen_random_uuid(), schedule_id, nominal_at, outcome, reason, count, run, fired_at
          FROM tasks_app_scheduletick
        """,
        {"scheduled-times": {"schedule"}},
        "scheduletick DROP CONSTRAINT tick_once",
    ),
    "scheduled-times, the same run": (
        """
        INSERT INTO tasks_app_scheduletick
               (id, schedule_id, nominal_at, outcome, reason, count, run, fired_at)
        SELECT gen_random_uuid(), schedule_id, nominal_at + interval '1 s', outcome, reason, count,
               run, fired_at
          FROM tasks_app_scheduletick
        """,
        {"scheduled-times": {"schedule"}},
        "",
    ),
    "scheduled-times, without a run": (
        "UPDATE tasks_app_scheduletick SET run = run + 1",
        {"scheduled-times": {"schedule"}},
        "",
    ),
    "queues-exist": (
        "UPDATE tasks_app_task SET queue = 'gone' WHERE id = %(pending)s",
        {"queues-exist": {"gone"}},
        "",
    ),
    "log-without-gap, an event less": (
        """
        DELETE FROM tasks_app_clusterevent
         WHERE kind = 'TASK_REQUEUED' OR task_ids @> ARRAY[%(retried)s::uuid]
           AND kind = 'TASK_ATTEMPT_FAILED' AND versions = '{3}'
        """,
        {"log-without-gap": {"retried"}, "task-counts": {"PENDING", "RUNNING"}},
        "",
    ),
    "log-without-gap, another status": (
        """
        UPDATE tasks_app_clusterevent SET previous_status = 'FAILED'
         WHERE task_ids @> ARRAY[%(running)s::uuid] AND kind = 'TASK_STARTED'
        """,
        {"log-without-gap": {"running"}, "task-counts": {"FAILED", "PENDING"}},
        "",
    ),
    "log-matches-tasks": (
        "UPDATE tasks_app_task SET version = version + 1 WHERE id = %(done)s",
        {"log-matches-tasks": {"done"}},
        "",
    ),
}


@pytest.mark.parametrize("name", BEHIND)
def test_change_behind_the_services_is_found(busy, name):
    sql, expected, constraint = BEHIND[name]
    # Otherwise the table cannot be altered in the same transaction.
    execute("SET CONSTRAINTS ALL IMMEDIATE")
    if constraint:
        execute(f"ALTER TABLE tasks_app_{constraint}")

    named = vars(busy)
    execute(sql, **{key: str(row.pk) for key, row in named.items()})

    keys = {key: str(row.pk) for key, row in named.items() if key != "node"}
    wanted = {
        invariant: {keys.get(subject, subject) for subject in subjects}
        for invariant, subjects in expected.items()
    }
    assert found() == wanted


def test_every_invariant_is_violated_by_a_test():
    names = {invariant.name for invariant in ledger.INVARIANTS}
    assert names == {violated for _, expected, _ in BEHIND.values() for violated in expected}


def test_violation_says_what_is_wrong(busy):
    execute("UPDATE tasks_app_taskresult SET result = 7 WHERE task_id = %(id)s", id=busy.done.pk)

    check = check_of("sums")

    assert check.violations == 1
    assert check.examples == [(str(busy.done.pk), "2 + 3 is 5. The result is 7.")]
    assert check.query.startswith("-- Each result is A + B.\n")


def test_only_some_violations_are_examples(busy, make_task):
    for _ in range(12):
        make_task()
    execute("UPDATE tasks_app_task SET version = 9")

    check = check_of("log-matches-tasks")

    assert check.violations == Task.objects.count() == 20
    assert len(check.examples) == 10


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
