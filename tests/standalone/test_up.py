"""`manage.py up`, as the person at the terminal sees it."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg2
import pytest

from project.standalone import environment
from project.standalone.state import BASE_DIR
from tests.support.processes import children, descendants, is_alive
from tests.support.up import Up, running
from tests.support.waiting import eventually


@pytest.fixture(scope="module")
def up(public_directory: Path) -> Iterator[Up]:
    with running(public_directory) as up:
        yield up


def test_banner_says_where_everything_is(up):
    assert f"http://localhost:{up.port}/" in up.output
    assert str(up.state.directory) in up.output
    assert (up.state.directory / "admin-password").stat().st_mode & 0o077 == 0


def test_a_second_one_says_where_the_first_is(up):
    second = subprocess.run(
        [sys.executable, "manage.py", "up", f"--state={up.state.directory}"],
        cwd=BASE_DIR,
        capture_output=True,
        text=True,
        check=False,
    )
    assert second.returncode == 1
    assert f"http://localhost:{up.port}/ (process {up.process.pid}" in second.stderr


def test_a_taken_port_is_named_with_its_holder(up, public_path):
    second = Up(public_path, port=up.port)
    assert second.end() == 1
    assert str(up.port) in second.output
    holders = [up.process.pid, *children(up.process.pid)]
    assert any(f"process {pid} (" in second.output for pid in holders), second.output
    assert "--port" in second.output


def test_other_commands_talk_to_the_stack_that_runs(up, monkeypatch):
    monkeypatch.setattr(environment, "default_directory", lambda: up.state.directory)
    for name in ("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "STATE_DIR"):
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    environment.adopt(["manage.py", "shell"])
    with closing(psycopg2.connect(os.environ["DATABASE_URL"])) as connection:
        assert connection.info.dbname == "app"


def manage(*arguments, **environ):
    """Run a command as a user does, without a database in the environment."""
    names = {"DATABASE_URL", "REDIS_URL", "SECRET_KEY"}
    inherited = {name: value for name, value in os.environ.items() if name not in names}
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=BASE_DIR,
        env=inherited | environ,
        capture_output=True,
        text=True,
        check=False,
    )


def test_commands_find_the_stack_by_its_state_directory(up):
    directory = str(up.state.directory)

    created = manage("token", "create", "nightly", "--state", directory)
    assert created.stdout.startswith("cst_"), created.stderr
    assert "nightly" in manage(f"--state={directory}", "token", "list").stdout
    assert "nightly" in manage("token", "list", STATE_DIR=directory).stdout
    assert "1 SUCCESS" in manage("submit", "--count=1", "--state", directory).stdout
    migrations = manage("showmigrations", f"--state={directory}").stdout
    assert "[X]" in migrations
    assert "[ ]" not in migrations


def test_dbshell_uses_the_psql_of_the_embedded_postgresql(up):
    directory = str(up.state.directory)
    shell = manage("dbshell", "--state", directory, "--", "-tAc", "SELECT 6 * 7", PATH=os.defpath)
    assert shell.stdout == "42\n", shell.stderr


def test_a_killed_worker_starts_again(up):
    killed = up.service("node-1")
    assert killed
    os.kill(killed, signal.SIGKILL)
    eventually(lambda: up.service("node-1") not in {None, killed}, "another worker process")
    assert re.search("node-1 ended with SIGKILL; it starts again now", up.output)
    assert up.process.poll() is None


def test_killed_web_process_starts_again_and_nothing_else_stops(up):
    others = {pid for name in ("node-1", "node-2") if (pid := up.service(name))}
    killed = up.web_processes()[0]
    os.kill(killed, signal.SIGKILL)
    eventually(lambda: "web-1 ended with SIGKILL; it starts again now" in up.output, "its restart")
    eventually(up.answers, "an answer")
    assert killed not in up.web_processes()
    assert others <= set(children(up.process.pid))
    assert up.process.poll() is None


def test_a_worker_that_was_ordered_to_stop_is_left_alone(up):
    eventually(lambda: up.service("node-2"), "a node")
    with up.database() as connection, connection, connection.cursor() as cursor:
        cursor.execute(
            "UPDATE tasks_app_workernode SET stop_requested_at = now() WHERE name LIKE 'node-2@%'"
        )
    eventually(lambda: up.service("node-2") is None, "no such process")
    eventually(
        lambda: "node-2 was stopped, and is not started again" in up.output, "the supervisor's word"
    )
    assert up.process.poll() is None


def test_nothing_outlives_a_killed_supervisor_but_its_data(public_path):
    with running(public_path) as up:
        with up.database() as connection, connection, connection.cursor() as cursor:
            cursor.execute("CREATE TABLE kept AS SELECT 42 AS answer")
        family = descendants(up.process.pid)
        up.process.kill()
        up.end()
        eventually(lambda: not any(map(is_alive, family)), "everything ends with the supervisor")

    with running(public_path) as up:
        with up.database() as connection, connection.cursor() as cursor:
            cursor.execute("SELECT answer FROM kept")
            assert cursor.fetchone() == (42,)
        family = descendants(up.process.pid)
        up.process.send_signal(signal.SIGINT)
        assert up.end() == 0, up.output
        assert "Traceback" not in up.output, up.output
    assert not any(map(is_alive, family))
