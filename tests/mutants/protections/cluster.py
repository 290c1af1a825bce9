"""Protections of nodes, queues and alerts."""

from tests.mutants.protection import Protection

NODES = "tasks_app/services/nodes/commands.py"
HEARTBEATS = "tasks_app/services/nodes/heartbeats.py"
QUEUES = "tasks_app/services/queues.py"
ALERTS = "tasks_app/services/alerts.py"
IN_ALERTS = ("tests/services/test_alerts.py",)

PROTECTIONS = (
    Protection(
        "silent nodes go offline",
        HEARTBEATS,
        "            _offline(silent, lost_at=Now())\n",
        "            pass\n",
        ("tests/services/nodes/test_nodes.py", "tests/test_reconciler.py"),
    ),
    Protection(
        "a new process of a node requeues what the old one held",
        HEARTBEATS,
        "        recovery.requeue_held_by(known)\n",
        "",
        ("tests/services/nodes/test_nodes.py", "tests/test_reconciler.py"),
    ),
    Protection(
        "deadline of a drain",
        NODES,
        "if node.drain_deadline and node.drain_deadline <= database_now():",
        "if False:",
        ("tests/services/nodes/test_nodes.py", "tests/test_cluster_machine.py"),
    ),
    Protection(
        "nodes are not silent while the database starts",
        HEARTBEATS,
        "        if has_settled:\n",
        "        if True:\n",
        ("tests/services/nodes/test_nodes.py", "tests/test_reconciler.py"),
    ),
    Protection(
        "creations hold their queue",
        "tasks_app/sql/queues.py",
        "    fetch(_LOCK_TO_USE, params)\n",
        "",
        ("tests/services/test_queues.py",),
    ),
    Protection(
        "deletion of a queue waits for creations",
        QUEUES,
        "    locks.lock_to_delete(name)",
        "    pass",
        ("tests/services/test_queues.py",),
    ),
    Protection(
        "node that is online is not removed",
        NODES,
        '    if node.connection != OFFLINE:\n        message = "The node is online',
        '    if False:\n        message = "The node is online',
        ("tests/services/nodes/test_nodes.py",),
    ),
    Protection(
        "node survives a pool process that is out of memory",
        "tasks_app/worker/requests.py",
        'WorkerLostError("The process ran out of memory.")',
        "error",
        ("tests/durability/nodes/test_memory.py",),
    ),
    Protection(
        "place of a message whose acknowledgement is lost",
        "project/broker.py",
        "            self._quick_ack(delivery_tag)  # type: ignore[attr-defined]\n",
        "",
        ("tests/durability/test_cut_connections.py", "tests/durability/test_broker.py"),
    ),
    Protection(
        "nodes that do not come back are removed",
        "tasks_app/reconciler.py",
        "    _repeat(nodes.forget_old_nodes, tasks_before)\n",
        "",
        ("tests/services/nodes/test_short_lived_nodes.py",),
    ),
    Protection(
        "only the Beat that leads evaluates alerts",
        "tasks_app/beat/scheduler.py",
        "        if self._leadership.is_leader:\n",
        "        if True:\n",
        ("tests/beat/test_alerts.py",),
    ),
    Protection(
        "one process evaluates alerts at a time",
        ALERTS,
        "    if not is_locked:\n",
        "    if False:\n",
        IN_ALERTS,
    ),
    Protection(
        "an item must last before its alert opens",
        ALERTS,
        "seconds < rule.open_after_seconds",
        "False",
        IN_ALERTS,
    ),
    Protection(
        "an item must be gone for some time before its alert is resolved",
        ALERTS,
        "seconds >= rule.resolve_after_seconds",
        "True",
        IN_ALERTS,
    ),
    Protection(
        "time without evaluations opens no alert",
        ALERTS,
        "if now - alert.observed_at > GAP and",
        "if False and",
        IN_ALERTS,
    ),
)
