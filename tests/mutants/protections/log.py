"""Protections of the event log: order, gaps, notification."""

from tests.mutants.protection import Protection

TRANSITIONS = "tasks_app/sql/tasks/transitions.py"
EVENTS = "tasks_app/log/events.py"
PAGES = "tasks_app/log/pages.py"
IN_LOG = (
    *("tests/log", "tests/subscriptions/log/test_log.py"),
    "tests/subscriptions/log/test_log_reader.py",
)

PROTECTIONS = (
    Protection(
        "order of the log across transactions",
        TRANSITIONS,
        "    if any(is_newer for *_, is_newer in rows):\n        raise OutOfOrderError\n",
        "",
        ("tests/sql/test_transactions.py",),
    ),
    Protection(
        "repetition of transactions out of order",
        "tasks_app/sql/transactions.py",
        "for _ in range(TRIES - 1):",
        "for _ in range(0):",
        ("tests/sql/test_transactions.py",),
    ),
    Protection(
        "horizon of the log",
        PAGES,
        "AND xid < (SELECT horizon FROM snapshot) {{condition}}",
        "{{condition}}",
        IN_LOG,
    ),
    Protection(
        "gap after pruning",
        PAGES,
        "if pruned_xid is not None and after < (pruned := Cursor(pruned_xid, pruned_id)):",
        "if False and after < (pruned := Cursor(pruned_xid, pruned_id)):",
        IN_LOG,
    ),
    Protection(
        "gap of a cursor of another log",
        PAGES,
        "    if after.xid > next_xid:\n",
        "    if False:\n",
        IN_LOG,
    ),
    Protection(
        "cursor inside of an event",
        PAGES,
        "after.id - 1 if after.is_inside_event else after.id",
        "after.id",
        IN_LOG,
    ),
    Protection(
        "events that the statistics need are not pruned",
        EVENTS,
        "WHERE at < %(before)s AND xid < %(rolled_up_until)s\n",
        "WHERE at < %(before)s AND xid < %(rolled_up_until)s + 1000000\n",
        ("tests/test_reconciler.py", "tests/test_stats.py", "tests/log"),
    ),
    Protection(
        "notification of readers",
        "tasks_app/log/notifier.py",
        "        connection.on_commit(_notify, robust=True)\n",
        "        pass\n",
        ("tests/log/test_notifier.py",),
    ),
)
