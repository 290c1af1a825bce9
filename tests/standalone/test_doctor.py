"""`manage.py doctor`: what it reports about a stack that is up, partly up, and down."""

import json
import os
import signal
import socket
import subprocess
import sys
from contextlib import closing

import psycopg2
import pytest

from project.standalone.doctor import data, database, stack
from project.standalone.doctor.finding import Level
from project.standalone.engines import PostgreSQL, free_port
from project.standalone.state import BASE_DIR, State
from tests.support.cluster import database_url
from tests.support.small_disk import mounted
from tests.support.up import running


@pytest.fixture(scope="module")
def up(public_directory):
    with running(public_directory, "--workers=1") as up:
        yield up


def doctor(*arguments, **environ):
    names = {"DATABASE_URL", "REDIS_URL", "SECRET_KEY", "STATE_DIR"}
    return subprocess.run(
        [sys.executable, "manage.py", "doctor", *arguments],
        cwd=BASE_DIR,
        env={name: value for name, value in os.environ.items() if name not in names} | environ,
        capture_output=True,
        text=True,
        check=False,
    )


def report(*arguments, **environ):
    """Return the exit status, and the findings by check."""
    finished = doctor(*arguments, "--json", **environ)
    assert finished.stderr == ""
    findings = json.loads(finished.stdout)["findings"]
    return finished.returncode, {finding["check"]: finding for finding in findings}


def levels(findings):
    return {finding.check: finding.level for finding in findings}


def test_running_stack_has_no_problem(up):
    status, findings = report("--state", str(up.state.directory))

    problems = [finding for finding in findings.values() if finding["level"] == "problem"]
    # A machine with a nearly full disk is none of the stack's.
    assert [finding for finding in problems if finding["check"] != "disk"] == []
    assert status == bool(problems)
    assert f"(process {up.process.pid})" in findings["stack"]["message"]
    assert str(up.port) in findings["web"]["message"]
    for check in ("database", "clock", "connections", "locks", "migrations", "broker", "data"):
        assert findings[check]["level"] == "ok", findings[check]


def test_pending_migration_and_hanging_web_are_problems(up):
    with up.database() as connection, connection, connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'sessions' RETURNING *")
        rows = cursor.fetchall()
    for pid in up.web_processes():
        os.kill(pid, signal.SIGSTOP)
    try:
        status, findings = report("--state", str(up.state.directory))
    finally:
        for pid in up.web_processes():
            os.kill(pid, signal.SIGCONT)
        with up.database() as connection, connection, connection.cursor() as cursor:
            for row in rows:
                cursor.execute("INSERT INTO django_migrations VALUES %s", [row])

    assert status == 1
    assert findings["migrations"]["level"] == "problem"
    assert findings["migrations"]["fix"] == "./run migrate"
    assert findings["web"]["level"] == "problem"
    assert "does not answer" in findings["web"]["message"]
    assert findings["database"]["level"] == "ok"


def test_table_names_the_fix_below_a_warning(tmp_path):
    finished = doctor(f"--state={tmp_path}")

    lines = finished.stdout.splitlines()
    [at] = [index for index, line in enumerate(lines) if f"No stack runs from {tmp_path}" in line]
    assert lines[at].startswith("warning  stack ")
    assert lines[at + 1].strip() == "→ ./run"
    assert "\033" not in finished.stdout


def test_unreachable_database_is_a_problem_without_its_password():
    url = "postgres://app:hunter2@127.0.0.1:1/app"
    status, findings = report(DATABASE_URL=url, REDIS_URL="redis://127.0.0.1:1/0")

    assert status == 1
    assert "Connection refused" in findings["database"]["message"]
    assert findings["broker"]["level"] == "problem"
    assert "hunter2" not in json.dumps(findings)


def test_server_without_its_supervisor_is_named(public_path):
    state = State(public_path / "state")
    url = f"postgres://app:secret@127.0.0.1:{free_port()}/app"
    server = PostgreSQL(state.directory / "postgresql", url, durable=False)
    server.start()
    try:
        findings = list(stack.findings(state, free_port(), is_external=False))
    finally:
        server.stop()

    [finding] = [finding for finding in findings if finding.check == "processes"]
    assert finding.level is Level.PROBLEM
    assert finding.fix == f"kill -INT {server_pid(finding)}"
    after = stack.findings(state, free_port(), is_external=False)
    assert levels(after)["processes"] is Level.OK


def server_pid(finding):
    return finding.message.partition("(process ")[2].partition(")")[0]


def test_port_in_use_is_named_with_its_process(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        findings = list(stack.findings(State(tmp_path), port, is_external=False))

    [finding] = [finding for finding in findings if finding.check == "port"]
    assert finding.level is Level.WARNING
    assert f"process {os.getpid()} " in finding.message


def test_secret_that_others_can_read_is_a_problem(public_path):
    state = State(public_path)
    state.secret("secret-key")
    assert levels(data.findings(state))["permissions"] is Level.OK

    (public_path / "secret-key").chmod(0o644)
    [finding] = [each for each in data.findings(state) if each.check == "permissions"]
    assert finding.level is Level.PROBLEM
    assert finding.fix == f"chmod 600 {public_path / 'secret-key'}"


def test_small_disk_is_a_problem(public_path):
    with mounted(public_path / "disk", 16) as disk:
        assert levels(data.findings(State(disk)))["disk"] is Level.PROBLEM


def test_transaction_that_holds_its_locks_is_named(transactional_db, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", database_url())
    monkeypatch.setattr(database, "BLOCKED_SECONDS", 0)
    with closing(psycopg2.connect(database_url())) as holder, holder.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        [(pid,)] = cursor.fetchall()
        locks = [finding for finding in database.findings() if finding.check == "locks"]
    assert any(f"pg_terminate_backend({pid})" in finding.fix for finding in locks)


@pytest.mark.parametrize(
    ("used", "level"), [(10, Level.OK), (85, Level.WARNING), (99, Level.PROBLEM)]
)
def test_level_of_the_connections_in_use(used, level):
    assert database._connections(used, 100).level is level


@pytest.mark.parametrize(
    ("skew", "level"), [(0.1, Level.OK), (2, Level.WARNING), (60, Level.PROBLEM)]
)
def test_level_of_a_wrong_clock(skew, level):
    assert database._clock(skew).level is level


def test_read_only_database_is_a_problem(transactional_db, monkeypatch):
    url = f"{database_url()}?options=-cdefault_transaction_read_only%3Don"
    monkeypatch.setenv("DATABASE_URL", url)
    assert levels(database.findings())["database"] is Level.PROBLEM
