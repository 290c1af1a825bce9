"""`manage.py up` for tests: a whole cluster with engines of its own."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.request import urlopen

import psycopg2

from project.standalone.engines import free_port
from project.standalone.services import BEAT_STOP_SECONDS, NODE_STOP_SECONDS, WEB_STOP_SECONDS
from project.standalone.state import BASE_DIR, State
from tests.support.processes import arguments, children
from tests.support.waiting import TIMEOUT_FACTOR, eventually

# The services stop one after the other, and the engines after them.
STOP_SECONDS = BEAT_STOP_SECONDS + NODE_STOP_SECONDS + WEB_STOP_SECONDS + 30


class Up:
    """A running `manage.py up`."""

    def __init__(self, directory: Path, *options: str, port: int | None = None) -> None:
        self.directory = directory
        self.port = port or free_port()
        self.state = State(directory / "state")
        self._output = directory / "output"
        environ = {k: v for k, v in os.environ.items() if k not in {"DATABASE_URL", "REDIS_URL"}}
        with open(self._output, "w") as output:
            self.process = subprocess.Popen(
                [
                    *(sys.executable, "manage.py", "up", "--concurrency=1", *options),
                    *(f"--state={self.state.directory}", f"--port={self.port}"),
                ],
                cwd=BASE_DIR,
                env=environ,
                stdout=output,
                stderr=subprocess.STDOUT,
                # Tests that run in a shell's background would hand down that it is ignored.
                preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
            )

    @property
    def output(self) -> str:
        return self._output.read_text()

    def wait_until_ready(self) -> None:
        eventually(
            lambda: "ready in" in self.output or self.process.poll() is not None, "the banner"
        )
        assert "ready in" in self.output, self.output

    def end(self) -> int:
        return self.process.wait(timeout=STOP_SECONDS * TIMEOUT_FACTOR)

    def service(self, name: str) -> int | None:
        found = [pid for pid in children(self.process.pid) if f" {name}@" in arguments(pid)]
        return found[0] if found else None

    def web_processes(self) -> list[int]:
        return [pid for pid in children(self.process.pid) if "project.web" in arguments(pid)]

    def answers(self) -> bool:
        try:
            with urlopen(f"http://127.0.0.1:{self.port}/healthz/", timeout=5) as response:
                return bool(response.status == 200)
        except OSError:
            return False

    def database(self):
        return closing(psycopg2.connect(self.state.running_environment()["DATABASE_URL"]))


@contextmanager
def running(directory: Path, *options: str) -> Iterator[Up]:
    up = Up(directory, *options)
    try:
        up.wait_until_ready()
        yield up
    finally:
        up.process.send_signal(signal.SIGINT)
        up.end()
