"""What is measured: engines and contestants as processes, and what they take of the machine."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil
import psycopg2
import redis

from project.standalone.engines import LAST_LINES, Engine, PostgreSQL, Valkey, free_port
from project.standalone.processes import describe_exit, spawn
from project.standalone.state import BASE_DIR

READY_SECONDS = 180
RESULTS_SECONDS = 300
# After the first task has been run, others of the processes may still be starting.
SETTLE_SECONDS = 3
STOP_SECONDS = 30
POLL_SECONDS = 0.02


class BenchError(Exception):
    """Says in full why there is nothing to compare."""


@dataclass(frozen=True)
class Contestant:
    """Who takes `POST /tasks/`. Its commands are arguments of Python."""

    name: str
    settings: str
    app: str
    web: str
    prepare: str
    services: list[str]


OURS = Contestant(
    name="ours",
    settings="project.settings",
    app="tasks_app",
    web="project.web",
    prepare="",  # `up` does it
    services=["manage.py up --port {port} --state {state} --workers 2 --concurrency 2"],
)
NAIVE = Contestant(
    name="naive",
    settings="bench.yardsticks.naive.settings",
    app="naive",
    web="gunicorn",
    prepare="-m django migrate --run-syncdb",
    services=[
        "-m gunicorn -w 2 --threads 4 -b 127.0.0.1:{port} bench.yardsticks.naive.wsgi",
        "-m celery -A bench.yardsticks.naive worker -c 2",
    ],
)


@dataclass(frozen=True)
class Engines:
    """PostgreSQL and Valkey, as durable as in production, for all builds that are measured."""

    directory: Path
    postgresql: PostgreSQL
    valkey: Valkey

    def renew(self, database: str) -> str:
        """Make the database anew and Valkey empty; answers the URL of the database."""
        with closing(psycopg2.connect(self.postgresql.url, dbname="postgres")) as connection:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute(f"DROP DATABASE IF EXISTS {database} WITH (FORCE)")
                cursor.execute(f"CREATE DATABASE {database}")
        with redis.Redis.from_url(self.valkey.url) as client:
            client.flushall()
        return f"{self.postgresql.url.rpartition('/')[0]}/{database}"


@contextmanager
def running_engines(directory: Path) -> Iterator[Engines]:
    postgresql = PostgreSQL(
        directory / "postgresql", f"postgres://app:bench@127.0.0.1:{free_port()}/app"
    )
    valkey = Valkey(directory / "valkey", f"redis://127.0.0.1:{free_port()}/0")
    with ExitStack() as stack:
        for engine in (postgresql, valkey):
            stack.callback(engine.stop)
            engine.start()
        yield Engines(directory, postgresql, valkey)


class Running:
    """A contestant at work, on an empty database."""

    def __init__(self, contestant: Contestant, engines: Engines) -> None:
        self._contestant = contestant
        self._engines = engines
        self._port = free_port()
        self._directory = engines.directory / contestant.name
        self.database_url = engines.renew(contestant.name)
        self._services: list[Process] = []
        self.url = f"http://127.0.0.1:{self._port}/tasks/"

    def prepare(self, command: str) -> None:
        """Make an empty directory, and run a command that makes the tables, if there is one."""
        shutil.rmtree(self._directory, ignore_errors=True)
        self._directory.mkdir()
        if command:
            self.run(command)

    def start(self) -> None:
        """Returns when a task has been created and run."""
        self.prepare(self._contestant.prepare)
        for number, command in enumerate(self._contestant.services, start=1):
            self._services.append(self._process(f"service-{number}", command))
        deadline = time.monotonic() + READY_SECONDS
        while not self._creates():
            self.check()
            if time.monotonic() > deadline:
                logs = [service.last_words() for service in self._services]
                raise BenchError("\n".join([f"No task taken within {READY_SECONDS} s.", *logs]))
            time.sleep(0.1)
        self.wait_for_results(1)
        time.sleep(SETTLE_SECONDS)

    def stop(self) -> None:
        for service in self._services:
            service.terminate()
        for service in self._services:
            service.wait()

    def run(self, command: str) -> str:
        """Run a command while the services run, and return its output."""
        process = self._process("command", command)
        try:
            while (status := process.poll()) is None:
                self.check()
                time.sleep(POLL_SECONDS)
        finally:
            process.terminate()
            process.wait()
        if status:
            raise BenchError(process.last_words())
        return process.output()

    def check(self) -> None:
        engines: list[Engine] = [self._engines.postgresql, self._engines.valkey]
        for engine in engines:
            engine.check()
        for service in self._services:
            if service.poll() is not None:
                raise BenchError(service.last_words())

    def wait_for_results(self, count: int, *, seconds: float = RESULTS_SECONDS) -> None:
        """Wait until a number of tasks have succeeded, each with its right sum."""
        with closing(psycopg2.connect(self.database_url)) as connection:
            connection.autocommit = True
            deadline = time.monotonic() + seconds
            while (stored := self._count_results(connection)) < count:
                self.check()
                if time.monotonic() > deadline:
                    raise BenchError(
                        f"{self._contestant.name}: {stored} of {count} results after {seconds} s"
                    )
                time.sleep(POLL_SECONDS)

    def cpu_seconds(self, *kinds: str) -> dict[str, float]:
        """Taken so far, by what it was taken for."""
        seconds = dict.fromkeys(kinds or ("web", "workers", "PostgreSQL"), 0.0)
        for name, process in self._processes():
            if name in seconds:
                with suppress(psutil.NoSuchProcess):
                    # Four times: its own, and those of its children that have ended.
                    seconds[name] += sum(process.cpu_times()[:4])
        return seconds

    def memory(self) -> dict[str, float]:
        """Proportional set sizes in MB: what is shared is counted once."""
        sizes: dict[str, float] = {}
        for name, process in self._processes():
            with suppress(psutil.NoSuchProcess):
                sizes[name] = sizes.get(name, 0.0) + process.memory_full_info().pss / 1e6
        return sizes

    def _processes(self) -> Iterator[tuple[str, psutil.Process]]:
        for service in self._services:
            for process in _tree(service.pid):
                with suppress(psutil.NoSuchProcess):
                    yield self._kind(" ".join(process.cmdline())), process
        for engine in (self._engines.postgresql, self._engines.valkey):
            assert engine.process is not None
            for process in _tree(engine.process.pid):
                yield engine.name, process

    def _kind(self, command: str) -> str:
        if self._contestant.web in command:
            return "web"
        if "celery" in command:
            return "beat" if " beat" in command else "workers"
        return "supervisor"

    def _creates(self) -> bool:
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(self.url, b'{"a": 1, "b": 2}', headers)
        try:
            with urllib.request.urlopen(request, timeout=10):
                return True
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            return False

    def _count_results(self, connection: psycopg2.extensions.connection) -> int:
        app = self._contestant.app
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT count(*) FROM {app}_task t JOIN {app}_taskresult r ON r.task_id = t.id"
                " WHERE t.status = 'SUCCESS' AND r.result = t.a + t.b"
            )
            row = cursor.fetchone()
        assert row is not None
        return int(row[0])

    def _process(self, name: str, command: str) -> "Process":
        names = {"port": self._port, "state": self._directory}
        return Process(
            f"{self._contestant.name}: {command.format_map(names)}",
            [part.format_map(names) for part in command.split()],
            self._directory / f"{name}.log",
            {
                "DATABASE_URL": self.database_url,
                "REDIS_URL": self._engines.valkey.url,
                "DJANGO_SETTINGS_MODULE": self._contestant.settings,
                "SECRET_KEY": "only for the benchmark",
                # As `up` sets it, for services that run without it.
                "API_AUTH": "open",
            },
        )


@contextmanager
def running(contestant: Contestant, engines: Engines) -> Iterator[Running]:
    cluster = Running(contestant, engines)
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.stop()


class Process:
    """Python with these arguments, its output in a file. Ends with this process, at the latest."""

    def __init__(
        self, name: str, arguments: list[str], log: Path, environment: dict[str, str]
    ) -> None:
        self._name = name
        self._log = log
        with open(log, "wb") as output:
            self._process = spawn(
                [sys.executable, *arguments],
                death_signal=signal.SIGTERM,
                cwd=BASE_DIR,
                env=os.environ | environment | {"PYTHONUNBUFFERED": "1"},
                stdout=output,
            )
        self.pid = self._process.pid

    def poll(self) -> int | None:
        return self._process.poll()

    def terminate(self) -> None:
        self._process.terminate()

    def wait(self) -> None:
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            # It leads a session of its own.
            os.killpg(self.pid, signal.SIGKILL)
            self._process.wait()

    def output(self) -> str:
        return self._log.read_text(errors="replace")

    def last_words(self) -> str:
        lines = re.split(r"[\r\n]+", self.output().strip())[-LAST_LINES:]
        status = self.poll()
        fate = "runs" if status is None else describe_exit(status)
        return "\n".join([f"{self._name}: {fate}. Its last lines:", *lines])


def _tree(pid: int) -> list[psutil.Process]:
    root = psutil.Process(pid)
    return [root, *root.children(recursive=True)]
