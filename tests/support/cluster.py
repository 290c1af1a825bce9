"""The real thing for tests: web and node processes on the tests' own database and broker."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import psutil
from django.db import connections

from project.standalone.services import WITHOUT_WEB
from tests.support.waiting import eventually

# Shorter than in production, so that recovery is seen within seconds.
LONG_TIMEOUTS = {
    "TASK_LEASE_SECONDS": "4",
    "RECONCILE_EVERY_SECONDS": "1",
}


@dataclass
class Cluster:
    """Processes that come up as they do in `./run`, on the test database."""

    port: int
    settings: dict[str, str]
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start_web(self, *options: str) -> None:
        web = ["project.web", "--port", str(self.port), "--log-level", "warning"]
        self._start("web", [*web, *options])
        eventually(lambda: self.request("GET", "/healthz/")[0] == 200)

    def start_node(self, name: str, *, slots: int = 2, app: str = "project") -> None:
        node = ["celery", "-q", "-A", app, "worker", "-n", f"{name}@%h"]
        options = ["--concurrency", str(slots), "--without-mingle", "--without-gossip"]
        self._start(name, [*node, *options])

    def start_beat(self, name: str = "beat") -> None:
        self._start(name, ["celery", "-q", "-A", "project", "beat", "--loglevel", "INFO"])

    def pool(self, name: str) -> list[psutil.Process]:
        """The processes of a node that do the work."""
        main = psutil.Process(self.processes[name].pid)
        return main.children()

    def signal_all(self, name: str, number: signal.Signals) -> None:
        """To the node's main process and its pool, as if the whole machine were hit."""
        main = psutil.Process(self.processes[name].pid)
        for process in [main, *main.children()]:
            process.send_signal(number)

    def kill(self) -> None:
        for name, process in self.processes.items():
            if process.poll() is None:
                self.signal_all(name, signal.SIGKILL)
                process.wait()

    def request(
        self, method: str, path: str, body: Any = None, *, headers: dict[str, str] | None = None
    ) -> tuple[int, Any]:
        """Return the status and the parsed body; 0 while no server listens."""
        data = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json"} | (headers or {})
        request = Request(self.url + path, data, headers, method=method)
        try:
            with urlopen(request, timeout=10) as response:
                return response.status, _parsed(response.read())
        except HTTPError as error:
            return error.code, _parsed(error.read())
        except OSError:
            return 0, None

    def _start(self, name: str, command: list[str]) -> None:
        if name in self.processes:
            self.processes[name].wait()
        environment = os.environ | self.settings | {"DATABASE_URL": database_url()}
        if name != "web":
            environment |= WITHOUT_WEB
        self.processes[name] = subprocess.Popen(
            [sys.executable, "-m", *command], env=environment, start_new_session=True
        )


def _parsed(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return body.decode()


def database_url() -> str:
    """DATABASE_URL, but for the database that pytest-django has made."""
    base = os.environ["DATABASE_URL"].rpartition("/")[0]
    return f"{base}/{connections['default'].settings_dict['NAME']}"


@contextmanager
def running_cluster(*nodes: str, **settings: str) -> Iterator[Cluster]:
    """Run a web process and nodes of these names."""
    with running_nodes(*nodes, **settings) as cluster:
        cluster.start_web()
        yield cluster


@contextmanager
def running_nodes(*nodes: str, **settings: str) -> Iterator[Cluster]:
    """Run nodes of these names; a web process starts only if a test starts it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        cluster = Cluster(port=probe.getsockname()[1], settings=LONG_TIMEOUTS | settings)
    try:
        for node in nodes:
            cluster.start_node(node)
        yield cluster
    finally:
        cluster.kill()
