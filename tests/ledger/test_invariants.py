"""Each invariant holds for what the services do, and finds the row that something else changed."""

import pytest

from tasks_app import ledger
from tasks_app.models import Task
from tests.ledger.conftest import check_of, execute, found


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
    "concurrency-limits": (
        """
        UPDATE tasks_app_task SET concurrency_key = 'k' WHERE id IN (%(running)s, %(another)s)
        """,
        {"concurrency-limits": {"k"}},
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
