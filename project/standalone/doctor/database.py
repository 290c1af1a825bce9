"""Checks of the database and the broker, if their addresses are known."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing

import psycopg2
import psycopg2.extensions
import redis

from project.standalone.doctor.finding import Finding, ok, problem, warning
from project.standalone.state import BASE_DIR

SKEW_WARNING_SECONDS, SKEW_PROBLEM_SECONDS = 1.0, 10.0
CONNECTIONS_WARNING, CONNECTIONS_PROBLEM = 0.8, 0.95
BLOCKED_SECONDS = 60

_STATE = """
    SELECT current_setting('server_version'),
           extract(epoch FROM clock_timestamp())::float8,
           (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'),
           current_setting('max_connections')::int
               - current_setting('superuser_reserved_connections')::int,
           pg_is_in_recovery() OR current_setting('default_transaction_read_only')::bool
"""
# Transactions that have blocked others for too long, or hold their locks while idle.
_BLOCKING = """
    SELECT pid, coalesce(nullif(application_name, ''), 'a client'), state,
           extract(epoch FROM clock_timestamp() - xact_start)::int
      FROM pg_stat_activity
     WHERE xact_start < clock_timestamp() - make_interval(secs => %(seconds)s)
       AND backend_type = 'client backend'
       AND (state LIKE 'idle in transaction%%'
            OR pid IN (SELECT unnest(pg_blocking_pids(waiting.pid))
                         FROM pg_stat_activity AS waiting
                        WHERE waiting.wait_event_type = 'Lock'))
"""


def findings() -> Iterator[Finding]:
    """Yield the findings, of those servers whose addresses the environment has."""
    if url := os.environ.get("DATABASE_URL"):
        yield from _database(url)
    if "DATABASE_URL" in os.environ and (url := os.environ.get("REDIS_URL")):
        yield _broker(url)


def _database(url: str) -> Iterator[Finding]:
    try:
        with closing(psycopg2.connect(url, connect_timeout=3)) as connection:
            connection.autocommit = True
            yield from _server(connection)
    except psycopg2.Error as error:
        reason = str(error).strip().partition("\n")[0]
        yield problem(
            "database",
            f"PostgreSQL is unavailable: {reason}",
            "Check DATABASE_URL and the server. For the stack of ./run: stop it and start it again",
        )
        return
    yield _migrations()


def _server(connection: psycopg2.extensions.connection) -> Iterator[Finding]:
    with connection.cursor() as cursor:
        before = time.time()
        cursor.execute(_STATE)
        after = time.time()
        [(version, clock, used, usable, is_read_only)] = cursor.fetchall()
        if is_read_only:
            yield problem(
                "database",
                f"PostgreSQL {version} accepts no writes: it is a standby, or read-only.",
                "Connect to the primary. After a full disk: free space, then ALTER SYSTEM RESET"
                " default_transaction_read_only and SELECT pg_reload_conf()",
            )
        else:
            yield ok("database", f"PostgreSQL {version} accepts writes.")
        # The time at which the server read its clock lies between the two.
        yield _clock(max(before - clock, clock - after, 0.0))
        yield _connections(used, usable)
        cursor.execute(_BLOCKING, {"seconds": BLOCKED_SECONDS})
        rows = cursor.fetchall()
    for pid, name, state, seconds in rows:
        yield warning(
            "locks",
            f"{name} (server process {pid}, {state}) has held its locks for {seconds} s.",
            f"echo 'SELECT pg_terminate_backend({pid})' | ./run dbshell",
        )
    if not rows:
        yield ok("locks", "No transaction blocks others.")


def _clock(skew: float) -> Finding:
    text = f"The clock of this machine differs from the database's by {skew:.1f} s."
    fix = "timedatectl set-ntp true, on both machines"
    if skew > SKEW_PROBLEM_SECONDS:
        return problem("clock", text, fix)
    if skew > SKEW_WARNING_SECONDS:
        return warning("clock", text, fix)
    return ok("clock", text)


def _connections(used: int, usable: int) -> Finding:
    text = f"{used} of {usable} connections to PostgreSQL are in use."
    fix = "Lower HTTP_THREADS, STREAM_THREADS or --concurrency, or raise max_connections"
    if used > CONNECTIONS_PROBLEM * usable:
        return problem("connections", text, fix)
    if used > CONNECTIONS_WARNING * usable:
        return warning("connections", text, fix)
    return ok("connections", text)


def _migrations() -> Finding:
    # Another process: the settings may be wrong, and this one loads no Django.
    command = [sys.executable, "-W", "ignore", "manage.py", "migrate", "--check", "--skip-checks"]
    checked = subprocess.run(command, cwd=BASE_DIR, capture_output=True, text=True, check=False)
    if checked.returncode == 0:
        return ok("migrations", "All migrations are applied.")
    errors = checked.stderr.strip().splitlines() or ["Migrations are pending."]
    return problem("migrations", errors[-1], "./run migrate")


def _broker(url: str) -> Finding:
    try:
        with redis.Redis.from_url(url, socket_timeout=3, socket_connect_timeout=3) as client:
            information = client.info("all")
    except (redis.RedisError, OSError) as error:
        return problem(
            "broker",
            f"Valkey is unavailable: {error}. Tasks run, but later.",
            "Check REDIS_URL and the server. For the stack of ./run: stop it and start it again",
        )
    version = information.get("valkey_version", information["redis_version"])
    if information.get("aof_last_write_status", "ok") != "ok":
        return problem(
            "broker", f"Valkey {version} cannot write its log.", "Free disk space; it recovers"
        )
    return ok("broker", f"Valkey {version} answers.")
