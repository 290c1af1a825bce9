"""What it costs to watch a cluster that has done a lot, and to keep in touch with many nodes."""

import time
from statistics import median
from urllib.parse import urlencode

from bench import graphql
from bench.graphql import Web
from bench.report import Figures
from bench.stack import BenchError, Engines

NODES = 100
MINUTES = 60
LINE = 250
TIMES = 20
HEARTBEAT_SECONDS = 20

_PERCENTILES = (
    "succeeded failed perSecond queueTime { p50 p95 p99 } runTime { p50 p95 p99 } totalTime { p99 }"
)
_QUERIES = {
    "cluster": (
        "{ cluster { statusCounts { status count }"
        " timeSeries(range: {lastSeconds: 3600}) { groups { succeeded queueTime { p95 } } } } }"
    ),
    "workerNodes": "{ workerNodes { name slots busySlots connection scheduling } }",
    "queues, statusCounts": "{ queues { name statusCounts { count } } }",
    **{
        f"percentiles of {what}, {window}": f"{{ {what} {{ stats(window: {window}) {{"
        f" {_PERCENTILES} }} }} }}"
        for what in ("queues", "workerNodes")
        for window in ("MINUTE", "FIVE_MINUTES", "HOUR")
    },
}

# Tasks that ended over the last hour, on all nodes in turn; each event has 250.
_HISTORY = f"""
    INSERT INTO tasks_app_workernode
           (id, name, host, pid, slots, queues, connection, heartbeat_at)
    SELECT uuidv7(), 'simulated-' || n || '@bench', 'bench', 1, 4, '{{default}}', 'ONLINE', now()
      FROM generate_series(0, {NODES - 1}) AS n;
    INSERT INTO tasks_app_task
           (id, a, b, status, node_id, pending_since, started_at, finished_at)
    SELECT uuidv7(), n, n, 'SUCCESS', node.id, at - interval '3 s', at - interval '1 s', at
      FROM generate_series(1, %(count)s) AS n
      JOIN (SELECT id, row_number() OVER () AS place FROM tasks_app_workernode) AS node
        ON node.place = n / {LINE} %% {NODES} + 1,
           LATERAL (SELECT now() - n * interval '{MINUTES} min' / %(count)s AS at) AS time;
    INSERT INTO tasks_app_clusterevent
           (at, kind, node_id, queue, previous_status, status, task_ids, versions, attempts,
            waits_ms, runs_ms)
    SELECT max(finished_at), 'TASK_SUCCEEDED', node_id, 'default', '', 'SUCCESS', array_agg(id),
           array_agg(1), array_agg(1), array_agg((random() * 9000)::bigint),
           array_agg((random() * 3000)::bigint)
      FROM tasks_app_task GROUP BY node_id, a / {LINE};
"""


def watch(engines: Engines, count: int) -> Figures:
    with graphql.running(engines) as web:
        web.execute(_HISTORY % {"count": count})
        web.execute("VACUUM ANALYZE")
        began = time.monotonic()
        web.run("reconcile", "manage.py reconcile")
        seconds = time.monotonic() - began
        # In a running cluster, each query finds some events that are not rolled up yet.
        figures = {f"{name}, SQL, ms": _sql(web, query) for name, query in _QUERIES.items()}
        figures["/metrics, ms"] = _scrape(web)
        figures["all tasks counted"] = _finished(web)
        figures[f"{count:,} tasks rolled up, s"] = seconds
        return figures | _heartbeats(web)


def _sql(web: Web, query: str) -> float:
    path = f"/raw/sql/?{urlencode({'query': query})}"
    times: list[float] = [web.ask(path) for _ in range(TIMES)]
    return median(times)


def _scrape(web: Web) -> float:
    times = []
    for _ in range(TIMES):
        began = time.perf_counter()
        web.read("/metrics")
        times.append((time.perf_counter() - began) * 1000)
    return median(times)


def _finished(web: Web) -> float:
    [(counted, stored)] = web.execute(
        "SELECT (SELECT sum(count) FROM tasks_app_taskcount), (SELECT count(*) FROM tasks_app_task)"
    )
    if counted != stored:
        raise BenchError(f"{counted} tasks counted, {stored} stored")
    return float(counted)


def _heartbeats(web: Web) -> Figures:
    printed = web.run("heartbeats", f"-m bench.heartbeats {NODES} {HEARTBEAT_SECONDS}")
    node, server = map(float, printed.split())
    return {
        f"heartbeats of {NODES} nodes, % of a core": (node + server) * 100,
        "of that PostgreSQL, % of a core": server * 100,
    }
