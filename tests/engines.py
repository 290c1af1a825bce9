"""A pytest plugin: without DATABASE_URL, the tests start a PostgreSQL and a Valkey of their own.

Each process of pytest-xdist has its own pair, so that tests in parallel do not see each other.
Their files, and all other temporary ones, are in memory where the machine has enough of it.
"""

import os
import shutil
import signal
import tempfile
from collections.abc import Generator
from contextlib import ExitStack
from pathlib import Path

import pytest

from project.standalone.engines import Engine, PostgreSQL, Valkey, free_port


class PausableValkey(Valkey):
    """A broker that can be made to hang."""

    def pause(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGCONT)


MEMORY = Path("/dev/shm")
MEMORY_BYTES_MIN = 8 * 2**30

# None if the environment names other servers.
postgres: PostgreSQL | None = None
valkey: PausableValkey | None = None

_running = ExitStack()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Generator[None, None, None]:
    """Start the engines before pytest-django reads the settings, which read the environment."""
    os.environ.setdefault("SECRET_KEY", "only for tests")
    os.environ["API_AUTH"] = os.environ.get("API_AUTH") or "open"
    if "TMPDIR" not in os.environ and _has_memory():
        os.environ["TMPDIR"] = tempfile.tempdir = str(MEMORY)
    if not _only_distributes(early_config):
        _start()
    yield


def pytest_unconfigure() -> None:
    _running.close()


def _has_memory() -> bool:
    """Return whether a file system in memory takes files, also programs, and is large enough."""
    if not os.access(MEMORY, os.W_OK):
        return False
    system = os.statvfs(MEMORY)
    is_executable = not system.f_flag & os.ST_NOEXEC
    return is_executable and system.f_bavail * system.f_frsize >= MEMORY_BYTES_MIN


def _only_distributes(config: pytest.Config) -> bool:
    """Return whether this process hands the tests to workers, or only lists them."""
    options = config.known_args_namespace
    is_worker = "PYTEST_XDIST_WORKER" in os.environ
    return not is_worker and bool(getattr(options, "numprocesses", None) or options.collectonly)


def _start() -> None:
    global postgres, valkey
    directory = Path(tempfile.mkdtemp(prefix="cluster-scheduler-tests-"))
    # For the servers of root, which run as another user.
    directory.chmod(0o711)
    _running.callback(shutil.rmtree, directory)
    if "DATABASE_URL" not in os.environ:
        url = f"postgres://app:tests@127.0.0.1:{free_port()}/app"
        postgres = PostgreSQL(directory / "postgresql", url, durable=False)
        _run(postgres)
        os.environ["DATABASE_URL"] = url
    if "REDIS_URL" not in os.environ:
        url = f"redis://127.0.0.1:{free_port()}/0"
        valkey = PausableValkey(directory / "valkey", url)
        _run(valkey)
        os.environ["REDIS_URL"] = url


def _run(engine: Engine) -> None:
    _running.callback(engine.stop)
    engine.start()
