"""The protections: where each is in the code, and the tests that must fail without it."""

from typing import NamedTuple


class Protection(NamedTuple):
    """A change of one file that removes a protection."""

    name: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]

    def remove_from(self, text: str) -> str:
        """Return the text without the protection.

        Raises:
            ValueError: The protection is not there: the list has to follow the code.
        """
        if self.old not in text:
            raise ValueError(f"{self.name}: {self.file} does not contain {self.old!r}.")
        return text.replace(self.old, self.new)


CLAIMS = "tasks_app/sql/claims.py"
CLAIM_ORDERS = "tasks_app/sql/claim_orders.py"
START_RATES = "tasks_app/sql/start_rates.py"
CONCURRENCY = "tasks_app/sql/concurrency.py"
TRANSITIONS = "tasks_app/sql/transitions.py"
LEASES = "tasks_app/sql/leases.py"
RESTORING = "tasks_app/sql/restoring.py"
RECURRENCE = "tasks_app/recurrence/decisions.py"
BACKFILLS = "tasks_app/sql/backfills.py"
EVENTS = "tasks_app/log/events.py"
PAGES = "tasks_app/log/pages.py"
NODES = "tasks_app/services/nodes.py"
COST = "schema/execution/cost.py"
WEBSOCKET = "schema/transport/websocket.py"
EVENT_STREAM = "schema/transport/sse.py"
AUTHENTICATION = "tasks_app/services/authentication.py"
POLICY = "tasks_app/policy/claim.py"
QUEUES = "tasks_app/services/queues.py"
ALERTS = "tasks_app/services/alerts.py"
PAGINATION = "schema/core/pagination.py"

IN_CLAIMS = (
    *("tests/sql/test_claims.py", "tests/sql/test_retries.py", "tests/sql/test_due.py"),
    *("tests/sql/test_concurrent_claims.py", "tests/sql/test_priority.py"),
)
IN_RATES = ("tests/sql/test_start_rates.py",)
IN_KEYS = ("tests/sql/test_concurrency_keys.py",)
IN_EXECUTION = ("tests/execution",)
IN_LOG = ("tests/log", "tests/subscriptions/test_log.py")
IN_TICKS = (
    "tests/recurrence",
    *("tests/ticking", "tests/services/test_schedules.py"),
)
IN_BACKFILLS = ("tests/backfill/test_advance.py",)
IN_LIMITS = ("tests/api/graphql/test_limits.py",)
IN_SOCKET = ("tests/subscriptions/test_socket.py", "tests/subscriptions/test_slowness.py")
IN_ACCESS = ("tests/access",)
IN_ALERTS = ("tests/services/test_alerts.py",)
IN_RESTORING = ("tests/services/test_restoring.py",)
IN_WEBHOOKS = ("tests/webhooks/test_delivery.py",)

PROTECTIONS = [
    Protection(
        "event streams end when their process stops",
        "project/web.py",
        "        sse.stop()\n",
        "",
        ("tests/durability/test_apis.py",),
    ),
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
        TRANSITIONS,
        "ON CONFLICT (idempotency_key) WHERE NOT idempotency_key = '' DO NOTHING",
        "",
        ("tests/services/test_tasks.py", "tests/api/test_both_apis.py"),
    ),
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
        (*IN_KEYS, "tests/services/test_pending.py"),
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
        "tasks_app/sql/claim_orders.py",
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
        "tasks of schedules are not pruned",
        "tasks_app/sql/retention.py",
        "WHERE id < %(created_before)s AND finished_at < %(before)s AND schedule_id IS NULL",
        "WHERE id < %(created_before)s AND finished_at < %(before)s",
        ("tests/test_reconciler.py",),
    ),
    Protection(
        "notification of readers",
        "tasks_app/log/notifier.py",
        "        connection.on_commit(_notify, robust=True)\n",
        "        pass\n",
        ("tests/log/test_notifier.py",),
    ),
    Protection(
        "overlap of runs",
        RECURRENCE,
        "if due.is_idle if is_catching_up else due.allows_run:",
        "if True:",
        IN_TICKS,
    ),
    Protection(
        "maximum of concurrent runs with ALLOW",
        RECURRENCE,
        "self.overlapping + (not self.is_idle) < self.max_concurrent_runs",
        "True",
        IN_TICKS,
    ),
    Protection(
        "active overlapping runs are counted after the lock",
        "tasks_app/sql/schedules.py",
        "    active = overlaps.count_active(allowing)\n",
        "    active = dict.fromkeys(allowing, 0)\n",
        IN_TICKS,
    ),
    Protection(
        "cancellation of the previous run with CANCEL_RUNNING",
        RECURRENCE,
        "return is_queued and due.overlap == Overlap.CANCEL_RUNNING",
        "return False",
        IN_TICKS,
    ),
    Protection(
        "maximum of active tasks of a backfill",
        BACKFILLS,
        "greatest(0, b.max_concurrency - active.count)",
        "100",
        IN_BACKFILLS,
    ),
    Protection(
        "a paused backfill starts no tasks",
        BACKFILLS,
        "WHERE b.id = ANY(%(ids)s) AND b.state = 'RUNNING'",
        "WHERE b.id = ANY(%(ids)s)",
        IN_BACKFILLS,
    ),
    Protection(
        "tasks of backfills are not pruned before them",
        "tasks_app/sql/retention.py",
        "AND NOT EXISTS (SELECT FROM tasks_app_backfillrun r WHERE r.task_id = t.id)",
        "",
        IN_BACKFILLS,
    ),
    Protection(
        "misfire grace period",
        RECURRENCE,
        "if due.now - last > grace:",
        "if False:",
        IN_TICKS,
    ),
    Protection(
        "maximum of scheduled times that wait",
        RECURRENCE,
        "if step is None or recurrence.count(first, last) <= CATCH_UP_MAX:",
        "if True:",
        IN_TICKS,
    ),
    Protection(
        "catch-up policy NONE",
        RECURRENCE,
        "if due.catch_up == CatchUp.NONE:",
        "if False:",
        IN_TICKS,
    ),
    Protection(
        "schedules that wait for the previous run are not read again and again",
        "tasks_app/sql/schedules.py",
        "       AND (s.catch_up <> 'ALL' OR s.queued_at IS NULL AND {FREE})\n",
        "",
        IN_TICKS,
    ),
    Protection(
        "scheduled times that wait have an outcome when the recurrence changes",
        "tasks_app/services/schedules/changes.py",
        "        ticking.miss_due(schedule_id)\n",
        "",
        IN_TICKS,
    ),
    Protection(
        "end of a schedule",
        RECURRENCE,
        "if is_exhausted or (due.ends_at is not None and first > due.ends_at):",
        "if is_exhausted:",
        IN_TICKS,
    ),
    Protection(
        "maximum of runs",
        RECURRENCE,
        "return max(0, max_runs - fired - (queued_at is not None))",
        "return max_runs",
        IN_TICKS,
    ),
    Protection(
        "schedules are advanced from the scheduled time that was read",
        "tasks_app/sql/schedules.py",
        "WHERE s.id = d.id AND s.next_run_at IS NOT DISTINCT FROM d.was",
        "WHERE s.id = d.id",
        IN_TICKS,
    ),
    Protection(
        "a recorded scheduled time starts no second run",
        "tasks_app/ticking.py",
        "        if (state.id, group.nominal_at) in recorded\n",
        "",
        IN_TICKS,
    ),
    Protection(
        "silent nodes go offline",
        NODES,
        "            _offline(silent, lost_at=Now())\n",
        "            pass\n",
        ("tests/services/test_nodes.py", "tests/test_reconciler.py"),
    ),
    Protection(
        "a new process of a node requeues what the old one held",
        NODES,
        "        recovery.requeue_held_by(known)\n",
        "",
        ("tests/services/test_nodes.py", "tests/test_reconciler.py"),
    ),
    Protection(
        "deadline of a drain",
        NODES,
        "if node.drain_deadline and node.drain_deadline <= database_now():",
        "if False:",
        ("tests/services/test_nodes.py", "tests/test_cluster_machine.py"),
    ),
    Protection(
        "nodes are not silent while the database starts",
        NODES,
        "        if has_settled:\n",
        "        if True:\n",
        ("tests/services/test_nodes.py", "tests/test_reconciler.py"),
    ),
    Protection(
        "expiry and revocation of tokens",
        AUTHENTICATION,
        'usable().annotate(left=F("expires_at") - Now())',
        'ApiToken.objects.annotate(left=F("expires_at") - Now())',
        IN_ACCESS,
    ),
    Protection(
        "rate limit of wrong tokens",
        AUTHENTICATION,
        "        _refuse_for(rate_limits.hit(rate_limits.TOKENS, address))\n",
        "",
        IN_ACCESS,
    ),
    Protection(
        "rate limit of requests",
        AUTHENTICATION,
        "    count(actor, address)\n",
        "",
        IN_ACCESS,
    ),
    Protection(
        "rate limit of passwords",
        "project/authentication.py",
        "                authentication.check_failed_logins(address)\n",
        "                pass\n",
        IN_ACCESS,
    ),
    Protection(
        "CSRF token",
        "project/authentication.py",
        "if actor.by_session and self._is_forged(request):",
        "if False:",
        IN_ACCESS,
    ),
    Protection(
        "role of a mutation",
        "schema/execution/permissions.py",
        "OperationType.MUTATION: Role.OPERATOR",
        "OperationType.MUTATION: Role.VIEWER",
        IN_ACCESS,
    ),
    Protection(
        "role of a REST request",
        "tasks_app/rest/authentication.py",
        "Role.VIEWER if request.method in SAFE_METHODS else Role.OPERATOR",
        "Role.VIEWER",
        IN_ACCESS,
    ),
    Protection(
        "forms of other sites",
        "tasks_app/rest/forms.py",
        "if not has_token and _is_foreign(request):",
        "if False:",
        ("tests/api/rest/test_forms.py",),
    ),
    Protection(
        "size of forms",
        "tasks_app/rest/forms.py",
        "        raise RequestDataTooBig\n",
        "        pass\n",
        ("tests/api/rest/test_forms.py",),
    ),
    Protection(
        "fields for administrators",
        "schema/execution/permissions.py",
        '*("apiTokens", "createApiToken", "revokeApiToken"),',
        '*("createApiToken", "revokeApiToken"),',
        IN_ACCESS,
    ),
    Protection(
        "origin of a WebSocket",
        WEBSOCKET,
        "allowed_origins=settings.TRUSTED_ORIGINS,",
        'allowed_origins=["*"],',
        (*IN_SOCKET, *IN_ACCESS),
    ),
    Protection(
        "origin of an event stream",
        EVENT_STREAM,
        'request.method == "POST" and not _has_origin(request)',
        "False",
        ("tests/subscriptions/test_event_stream.py", *IN_ACCESS),
    ),
    Protection(
        "sessions of pages of other origins",
        "schema/transport/credentials.py",
        ' if _is_own_page(headers) else ""\n',
        "\n",
        ("tests/access/test_cors.py",),
    ),
    Protection(
        "connections are checked again",
        WEBSOCKET,
        "if not await self.credentials.is_still_valid():",
        "if False:",
        (*IN_ACCESS, *IN_SOCKET),
    ),
    Protection(
        "operations of a socket",
        WEBSOCKET,
        "max_subscriptions_per_connection=OPERATIONS_MAX,",
        "max_subscriptions_per_connection=None,",
        IN_SOCKET,
    ),
    Protection(
        "one subprotocol",
        WEBSOCKET,
        "subscription_protocols=[GRAPHQL_TRANSPORT_WS_PROTOCOL],",
        'subscription_protocols=[GRAPHQL_TRANSPORT_WS_PROTOCOL, "graphql-ws"],',
        ("tests/subscriptions/test_legacy_protocol.py",),
    ),
    Protection(
        "connections that end leave room for others",
        "schema/execution/executor.py",
        "        _connections -= 1\n",
        "        pass\n",
        ("tests/subscriptions/test_lost_clients.py",),
    ),
    Protection(
        "persisted operations count before their hash is looked up",
        WEBSOCKET,
        "            await self.view.credentials.count_operation()\n"
        "            query = documents.resolve(operation.query, extensions)\n",
        "            query = documents.resolve(operation.query, extensions)\n"
        "            await self.view.credentials.count_operation()\n",
        ("tests/access/test_limits.py",),
    ),
    Protection(
        "flood of messages",
        WEBSOCKET,
        "        if self._has_credit():\n",
        "        if True:\n",
        IN_SOCKET,
    ),
    Protection(
        "idle sockets",
        WEBSOCKET,
        "elif not self.operations and now > self._heard_at + IDLE_SECONDS:",
        "elif False:",
        IN_SOCKET,
    ),
    Protection(
        "clients that read too slowly",
        WEBSOCKET,
        "if self._sending_since and now > self._sending_since + executor.SEND_SECONDS:",
        "if False:",
        IN_SOCKET,
    ),
    Protection(
        "changes that were left out are counted",
        "schema/execution/broadcast.py",
        "coalesced=counts[key] - 1",
        "coalesced=0",
        ("tests/subscriptions/test_slowness.py",),
    ),
    Protection(
        "responses by GET are current",
        "schema/transport/caching.py",
        "response.content, digest_size",
        'b"", digest_size',
        ("tests/api/graphql/test_persisted_documents.py",),
    ),
    Protection(
        "cost of a document",
        COST,
        "cost=10_000)",
        "cost=10_000_000)",
        IN_LIMITS,
    ),
    Protection(
        "depth of a document",
        COST,
        "LIMITS = Measure(depth=15,",
        "LIMITS = Measure(depth=1500,",
        IN_LIMITS,
    ),
    Protection(
        "fragments are measured once",
        COST,
        "        if name not in self._known:\n",
        "        if True:\n",
        IN_LIMITS,
    ),
    Protection(
        "tokens of a document",
        COST,
        "parse(text, max_tokens=TOKENS_MAX)",
        "parse(text)",
        IN_LIMITS,
    ),
    Protection(
        "page size",
        PAGINATION,
        "if not 0 <= self.size <= PAGE_MAX:",
        "if False:",
        ("tests/api/graphql/test_queries.py", "tests/api/graphql/test_mistakes.py"),
    ),
    Protection(
        "cursor of another order",
        PAGINATION,
        "        if name != order.name:\n",
        "        if False:\n",
        ("tests/api/graphql/test_queries.py", "tests/api/graphql/test_mistakes.py"),
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
        ("tests/services/test_nodes.py",),
    ),
    Protection(
        "internal errors are masked",
        "schema/core/errors.py",
        "        if is_public(error):\n            # What",
        "        if True:\n            # What",
        ("tests/api/graphql/test_mistakes.py", "tests/api/graphql/test_http.py"),
    ),
    Protection(
        "node survives a pool process that is out of memory",
        "tasks_app/worker/requests.py",
        'WorkerLostError("The process ran out of memory.")',
        "error",
        ("tests/durability/test_memory.py",),
    ),
    Protection(
        "place of a message whose acknowledgement is lost",
        "project/broker.py",
        "            self._quick_ack(delivery_tag)  # type: ignore[attr-defined]\n",
        "",
        ("tests/durability/test_cut_connections.py", "tests/durability/test_broker.py"),
    ),
    Protection(
        "crontabs in their time zones",
        "project/settings.py",
        "DJANGO_CELERY_BEAT_TZ_AWARE = True",
        "DJANGO_CELERY_BEAT_TZ_AWARE = False",
        ("tests/beat/test_zones.py",),
    ),
    Protection(
        "nodes that do not come back are removed",
        "tasks_app/reconciler.py",
        "    _repeat(nodes.forget_old_nodes, tasks_before)\n",
        "",
        ("tests/services/test_short_lived_nodes.py",),
    ),
    Protection(
        "client that leaves early is no error",
        WEBSOCKET,
        "if not isinstance(error, OSError):",
        "if True:",
        ("tests/subscriptions/test_slowness.py",),
    ),
    Protection(
        "webhooks do not reach private addresses",
        "tasks_app/webhooks/addresses.py",
        "if target.is_allowed or is_public(",
        "if True or is_public(",
        ("tests/webhooks/test_addresses.py",),
    ),
    Protection(
        "webhooks connect to the address that was checked",
        "tasks_app/webhooks/sending.py",
        "copy_with(host=address, port=target.port)",
        "copy_with(port=target.port)",
        ("tests/webhooks/test_addresses.py",),
    ),
    Protection(
        "webhooks check the certificate of the name",
        "tasks_app/webhooks/sending.py",
        'extensions={"sni_hostname": target.host}',
        "extensions={}",
        ("tests/webhooks/test_tls.py",),
    ),
    Protection(
        "webhooks follow no redirects",
        "tasks_app/webhooks/sending.py",
        "follow_redirects=False",
        "follow_redirects=True",
        IN_WEBHOOKS,
    ),
    Protection(
        "batches of webhooks keep their end",
        "schema/webhooks/delivery.py",
        "            if webhook.pending_cursor != end:\n",
        "            if False:\n",
        IN_WEBHOOKS,
    ),
    Protection(
        "webhooks of owners without rights stop",
        "tasks_app/services/webhooks.py",
        "return owner if owner and owner.role == Role.ADMIN else None",
        "return owner or actors.OPEN_ACCESS",
        IN_WEBHOOKS,
    ),
    Protection(
        "webhooks send no events about themselves",
        "schema/webhooks/delivery.py",
        "if not is_about_webhook(event, self._id)",
        "if True",
        IN_WEBHOOKS,
    ),
    Protection(
        "webhooks send no errors",
        "schema/webhooks/delivery.py",
        "documents.checked(answer)",
        "answer",
        IN_WEBHOOKS,
    ),
    Protection(
        "webhooks send no alerts about themselves",
        EVENTS,
        ' or event.alert_kind == "WEBHOOK_STOPPED"',
        "",
        ("tests/webhooks/test_alerts.py",),
    ),
    Protection(
        "only the Beat that leads evaluates alerts",
        "tasks_app/beat/scheduler.py",
        "        if self._leadership.is_leader:\n",
        "        if True:\n",
        ("tests/beat/test_scheduler.py",),
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
]
