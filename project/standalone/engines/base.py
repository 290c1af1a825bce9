"""A server as a child of this process, with its data in one directory."""

import fcntl
import os
import pwd
import random
import signal
import socket
import subprocess
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from project.standalone.processes import describe_exit, spawn

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
