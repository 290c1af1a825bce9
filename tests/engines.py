"""A pytest plugin: without DATABASE_URL, the tests bring their own PostgreSQL and Valkey.

Loaded by `-p`, because Django's settings read the environment before any conftest.
"""

import atexit
import os
import shutil
import signal
import tempfile
from pathlib import Path

from project.standalone.engines import PostgreSQL, Valkey, free_port


class PausableValkey(Valkey):
    """A broker that can be made to hang."""

    def pause(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGCONT)


# None when somebody else's engines are used.
postgres: PostgreSQL | None = None
valkey: PausableValkey | None = None


def _start() -> None:
    global postgres, valkey
    directory = Path(tempfile.mkdtemp(prefix="cluster-scheduler-tests-"))
    # For root's engines, which run as nobody.
    directory.chmod(0o711)
    atexit.register(shutil.rmtree, directory)
    if "DATABASE_URL" not in os.environ:
        url = f"postgres://app:tests@127.0.0.1:{free_port()}/app"
        postgres = PostgreSQL(directory / "postgresql", url, durable=False)
        atexit.register(postgres.stop)
        postgres.start()
        os.environ["DATABASE_URL"] = url
    if "REDIS_URL" not in os.environ:
        url = f"redis://127.0.0.1:{free_port()}/0"
        valkey = PausableValkey(directory / "valkey", url)
        atexit.register(valkey.stop)
        valkey.start()
        os.environ["REDIS_URL"] = url


os.environ.setdefault("SECRET_KEY", "only for tests")
os.environ["API_AUTH"] = os.environ.get("API_AUTH") or "open"
if "PYTEST_XDIST_WORKER" not in os.environ:
    _start()
