"""Protections of tasks: attempts, leases, cancellation, retention."""

from tests.mutants.protection import Protection

TRANSITIONS = "tasks_app/sql/tasks/transitions.py"
LEASES = "tasks_app/sql/tasks/leases.py"
RESTORING = "tasks_app/sql/tasks/restoring.py"
INSERTION = "tasks_app/sql/tasks/insertion.py"
IN_CLAIMS = (
    *("tests/sql/test_claims.py", "tests/sql/test_retries.py", "tests/sql/test_due.py"),
    *("tests/sql/test_concurrent_claims.py", "tests/sql/test_priority.py"),
)
IN_EXECUTION = ("tests/execution",)
IN_RESTORING = ("tests/services/tasks/test_restoring.py",)

PROTECTIONS = (
    Protection(
        "fencing of completions",
        TRANSITIONS,
        "t.status = 'RUNNING' AND t.run = o.run AND t.attempt = o.attempt",
        "t.status = 'RUNNING'",
        IN_EXECUTION,
    ),
    Protection(
        "fencing of renewals",
        LEASES,
        "status = 'RUNNING' AND run = %(run)s AND attempt = %(attempt)s",
        "status = 'RUNNING' AND run = %(run)s AND attempt >= %(attempt)s - 100",
        IN_EXECUTION,
    ),
    Protection(
        "cancellation of a running task",
        TRANSITIONS,
        "CASE WHEN t.cancel_requested_at IS NOT NULL THEN 'CANCELLED'\n"
        "                    WHEN o.result",
        "'SUCCESS'",
        IN_EXECUTION,
    ),
    Protection(
        "idempotency of creates",
        INSERTION,
        "ON CONFLICT (idempotency_key) WHERE NOT idempotency_key = '' DO NOTHING",
        "",
        ("tests/services/tasks/test_tasks.py", "tests/api/test_both_apis.py"),
    ),
    Protection(
        "maximum of attempts",
        LEASES,
        "t.cancel_requested_at IS NULL AND t.attempt < t.max_attempts",
        "t.cancel_requested_at IS NULL",
        IN_EXECUTION,
    ),
    Protection(
        "maximum of attempts that fail",
        TRANSITIONS,
        "WHEN t.attempt < t.max_attempts THEN 'PENDING' ELSE 'FAILED' END",
        "ELSE 'PENDING' END",
        IN_EXECUTION,
    ),
    Protection(
        "backoff after failed attempts",
        TRANSITIONS,
        "clock_timestamp() + {BACKOFF_SQL}",
        "clock_timestamp()",
        IN_CLAIMS,
    ),
    Protection(
        "backoff after lost attempts",
        "tasks_app/policy/retries.py",
        "BACKOFF_FROM_ATTEMPT = 2",
        "BACKOFF_FROM_ATTEMPT = 20",
        IN_CLAIMS,
    ),
    Protection(
        "expired leases",
        LEASES,
        '"lease_expires_at <= clock_timestamp()"',
        '"false"',
        (*IN_EXECUTION, "tests/test_reconciler.py"),
    ),
    Protection(
        "tasks of schedules are not pruned",
        "tasks_app/sql/tasks/retention.py",
        "WHERE id < %(created_before)s AND finished_at < %(before)s AND schedule_id IS NULL",
        "WHERE id < %(created_before)s AND finished_at < %(before)s",
        ("tests/test_reconciler.py",),
    ),
    Protection(
        "a task that changed after its cancellation is not restored",
        RESTORING,
        "USING (id, version)",
        "USING (id)",
        IN_RESTORING,
    ),
    Protection(
        "a task that was running is not restored",
        "tasks_app/services/tasks/restoring.py",
        "elif event.previous_status != Task.Status.PENDING:",
        "elif False:",
        IN_RESTORING,
    ),
)
