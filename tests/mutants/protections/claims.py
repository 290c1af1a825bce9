"""Protections of the claim: which tasks start, and how many at once."""

from tests.mutants.protection import Protection

CLAIMS = "tasks_app/sql/claiming/claims.py"
CLAIM_ORDERS = "tasks_app/sql/claiming/claim_orders.py"
START_RATES = "tasks_app/sql/claiming/start_rates.py"
CONCURRENCY = "tasks_app/sql/claiming/concurrency.py"
POLICY = "tasks_app/policy/claim.py"
IN_CLAIMS = (
    *("tests/sql/test_claims.py", "tests/sql/test_retries.py", "tests/sql/test_due.py"),
    *("tests/sql/test_concurrent_claims.py", "tests/sql/test_priority.py"),
)
IN_RATES = ("tests/sql/test_start_rates.py",)
IN_KEYS = ("tests/sql/test_concurrency_keys.py", "tests/sql/test_freed_concurrency_keys.py")
IN_EXECUTION = ("tests/execution",)

PROTECTIONS = (
    Protection(
        "a task that expired does not start",
        CLAIM_ORDERS,
        "AND (expires_at IS NULL OR run > 1 OR expires_at > statement_timestamp())",
        "",
        (*IN_CLAIMS, *IN_EXECUTION),
    ),
    Protection(
        "a task does not start before it is due",
        CLAIM_ORDERS,
        "status = 'PENDING' AND run > 0 AND due_at <= statement_timestamp()\n",
        "status = 'PENDING' AND run > 0\n",
        IN_CLAIMS,
    ),
    Protection(
        "pause of a queue",
        CLAIMS,
        "q.paused_at IS NULL AND (",
        "true AND (",
        IN_CLAIMS,
    ),
    Protection(
        "state of a node",
        CLAIMS,
        "n.connection = 'ONLINE' AND n.scheduling = 'ACTIVE'\"",
        'true"',
        IN_CLAIMS,
    ),
    Protection(
        "limit of a queue under concurrency",
        CLAIMS,
        "limit = min(limit, _left_in(candidate.queue))",
        "pass",
        IN_CLAIMS,
    ),
    Protection(
        "lock of a queue with a limit",
        CLAIMS,
        'fetch(_LOCK_QUEUE, {"queues": _QUEUE_LOCK, "queue": queue})',
        "pass",
        IN_CLAIMS,
    ),
    Protection(
        "start rate of a queue",
        CLAIMS,
        "        start_rates.take(candidate.queue, len(rows))\n",
        "        pass\n",
        IN_RATES,
    ),
    Protection(
        "tokens of a start rate under concurrency",
        START_RATES,
        "least(q.start_burst,\n",
        "greatest(q.start_burst,\n",
        IN_RATES,
    ),
    Protection(
        "limit of a concurrency key",
        CONCURRENCY,
        "if entry.running < entry.concurrency_limit:",
        "if True:",
        (*IN_KEYS, "tests/services/tasks/test_pending.py"),
    ),
    Protection(
        "limit of a concurrency key under concurrency",
        CLAIMS,
        "    if is_keyed and concurrency.left(candidate) <= 0:\n        return []\n",
        "",
        IN_KEYS,
    ),
    Protection(
        "lock of a concurrency key",
        CONCURRENCY,
        'return bool(fetch(sql, {"lock": _LOCK, "key": key})[0][0])',
        "return True",
        IN_KEYS,
    ),
    Protection(
        "a full concurrency key hides no other tasks",
        CONCURRENCY,
        "if len(found) >= COUNT_MAX or len(entries) < WINDOW:",
        "if True:",
        IN_KEYS,
    ),
    Protection(
        "tasks with a concurrency key run alone",
        "tasks_app/migrations/0001_tables.py",
        ", models.Q(('concurrency_key', ''), _negated=True), _connector='OR')",
        ", _connector='OR')",
        IN_KEYS,
    ),
    Protection(
        "the end of an attempt wakes the queues that wait for its key",
        "tasks_app/execution.py",
        "if queues := concurrency.waiting_queues(completed):",
        "if queues := set():",
        IN_KEYS,
    ),
    Protection(
        "lock of a node",
        "tasks_app/execution.py",
        "    claims.lock_node(node)\n",
        "",
        IN_CLAIMS,
    ),
    Protection(
        "claims skip locked tasks",
        "tasks_app/sql/claiming/claim_orders.py",
        "     ORDER BY {BY_PRIORITY_SQL} LIMIT %(limit)s\n       FOR UPDATE SKIP LOCKED",
        "     ORDER BY {BY_PRIORITY_SQL} LIMIT %(limit)s\n       FOR UPDATE",
        IN_CLAIMS,
    ),
    Protection(
        "tasks with a duration run alone",
        CLAIMS,
        "limit = 1 if candidate.runs_alone else batch",
        "limit = batch",
        IN_CLAIMS,
    ),
    Protection(
        "slots of a node",
        POLICY,
        "elif reservation is None and candidate.slots <= node.slots:",
        "elif False:",
        ("tests/test_policy.py", *IN_CLAIMS),
    ),
    Protection(
        "tasks that are short enough for a reservation",
        POLICY,
        "if candidate.runtime <= window:",
        "if True:",
        ("tests/test_policy.py", *IN_CLAIMS),
    ),
    Protection(
        "the node that can start a large task first reserves",
        POLICY,
        "(start, peer.name) < (starts_at, node.name)",
        "False",
        ("tests/test_policy.py", *IN_CLAIMS),
    ),
    Protection(
        "priority",
        POLICY,
        "return -candidate.priority, candidate.due_at, candidate.id",
        "return candidate.due_at, candidate.id",
        IN_CLAIMS,
    ),
)
