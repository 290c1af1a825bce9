"""The cluster under test: engines, proxies before them, all processes, and a supervisor for those.

Each kind of process reaches PostgreSQL and Valkey through proxies of its own, so that one kind can
be cut off while the others work. The harness and the checker go straight to PostgreSQL.
"""

import os
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import urlopen

import psutil

from bench.stack import Engines, Process
from project.standalone.engines import free_port
from project.standalone.services import WITHOUT_WEB
from tests.chaos.cluster.proxy import Proxy, Switchboard

READY_SECONDS = 60
POLL_SECONDS = 0.1
# A node finishes what it runs, then says good-bye.
STOP_SECONDS = 40
# Of each node; enough for the backlog and for what comes meanwhile.
SLOTS = 4
CELERY = "-m celery -q -A tests.chaos.cluster.worker"
KINDS = ("web", "node", "beat")


class ChaosError(Exception):
    """The cluster could not even be started, or stopped."""


@dataclass
class Service:
    """A process of the cluster, and how it is started anew."""

    name: str
    command: str
    environment: dict[str, str]
    process: Process | None = None
    starts: int = 0

    @property
    def kind(self) -> str:
        return self.name.partition("-")[0]

    @property
    def running(self) -> Process:
        assert self.process is not None
        return self.process

    def pool(self) -> list[psutil.Process]:
        with suppress(psutil.NoSuchProcess):
            return psutil.Process(self.running.pid).children()
        return []

    def signal(self, number: signal.Signals, *, pool: bool = True) -> None:
        """To the main process, and to its pool as if the whole machine were hit."""
        for process in self.pool() if pool else []:
            with suppress(psutil.NoSuchProcess):
                process.send_signal(number)
        with suppress(ProcessLookupError):
            os.kill(self.running.pid, number)


@dataclass
class Stack:
    """What runs, and the files in which it leaves its traces."""

    engines: Engines
    directory: Path
    database_url: str
    switchboard: Switchboard
    services: list[Service] = field(default_factory=list)
    # A kind of process, and postgresql or valkey.
    proxies: dict[tuple[str, str], Proxy] = field(default_factory=dict)
    # Those that the campaign did not kill are counted by their kind.
    deaths: Counter[str] = field(default_factory=Counter)

    @property
    def acknowledged(self) -> Path:
        return self.directory / "acknowledged"

    @property
    def executions(self) -> Path:
        return self.directory / "executions"

    @property
    def web_urls(self) -> list[str]:
        webs = self.of_kind("web")
        return [f"http://127.0.0.1:{web.command.rpartition(' ')[2]}" for web in webs]

    def of_kind(self, kind: str) -> list[Service]:
        return [service for service in self.services if service.kind == kind]

    def start(self, service: Service) -> None:
        service.starts += 1
        service.process = Process(
            service.name,
            service.command.split(),
            self.directory / f"{service.name}-{service.starts}.log",
            service.environment,
        )

    def supervise(self) -> None:
        """Start anew what has died."""
        for service in self.services:
            if (status := service.running.poll()) is not None:
                self.deaths["killed" if status == -signal.SIGKILL else service.kind] += 1
                self.start(service)

    def supervise_until(self, done: Callable[[], bool], *, seconds: float) -> bool:
        """Whether it was done within these seconds."""
        deadline = time.monotonic() + seconds
        while not (is_done := done()) and time.monotonic() < deadline:
            self.supervise()
            time.sleep(POLL_SECONDS)
        return is_done

    def supervise_for(self, seconds: float) -> None:
        self.supervise_until(lambda: False, seconds=seconds)

    def restart_gently(self, services: Sequence[Service]) -> None:
        """SIGTERM, wait for their end, start them anew."""
        for service in services:
            service.running.terminate()
        deadline = time.monotonic() + STOP_SECONDS
        for service in services:
            while service.running.poll() is None:
                if time.monotonic() > deadline:
                    raise ChaosError(
                        f"{service.name} does not stop: {service.running.last_words()}"
                    )
                time.sleep(POLL_SECONDS)
            self.start(service)
        for service in services:
            self.wait_until_ready(service)

    def wait_until_ready(self, service: Service) -> None:
        """Nodes and Beats say so in their logs, a web process when it is asked."""
        if not self.supervise_until(lambda: self._is_ready(service), seconds=READY_SECONDS):
            raise ChaosError(f"{service.name} does not start: {service.running.last_words()}")

    def _is_ready(self, service: Service) -> bool:
        if service.kind != "web":
            return "ready." in service.running.output() or "beat: " in service.running.output()
        with suppress(OSError):
            url = f"http://127.0.0.1:{service.command.rpartition(' ')[2]}/healthz/"
            with urlopen(url, timeout=2) as answer:
                return bool(answer.status == 200)
        return False

    def stop(self) -> None:
        """SIGTERM to all; who does not end is killed."""
        for service in self.services:
            service.signal(signal.SIGCONT)
            service.running.terminate()
        for service in self.services:
            service.running.wait()

    def _environment(self, kind: str) -> dict[str, str]:
        postgresql = urlsplit(self.database_url)
        port = self.proxies[kind, "postgresql"].port
        netloc = f"{postgresql.username}:{postgresql.password}@127.0.0.1:{port}"
        return {
            "DATABASE_URL": postgresql._replace(netloc=netloc).geturl(),
            "REDIS_URL": f"redis://127.0.0.1:{self.proxies[kind, 'valkey'].port}/0",
            "CHAOS_EXECUTIONS": str(self.executions),
            "SECRET_KEY": "only for tests",
            "API_AUTH": "open",
            "UI": "false",
            **({} if kind == "web" else WITHOUT_WEB),
        }


@contextmanager
def running_stack(
    engines: Engines,
    directory: Path,
    database_url: str,
    *,
    webs: int = 2,
    nodes: int = 2,
    beats: int = 2,
    **settings: str,
) -> Iterator[Stack]:
    """On a database that has been migrated. Comes up healthy, and supervises only when asked to."""
    with ExitStack() as cleanup:
        switchboard = Switchboard()
        cleanup.callback(switchboard.close)
        stack = Stack(engines, directory, database_url, switchboard)
        ports = {"postgresql": engines.postgresql.port, "valkey": engines.valkey.port}
        for kind in KINDS:
            for engine, port in ports.items():
                assert port is not None
                stack.proxies[kind, engine] = switchboard.open(port)
        commands = {
            **{f"web-{n}": f"-m project.web --port {free_port()}" for n in range(1, webs + 1)},
            **{
                f"node-{n}": f"{CELERY} worker -n node-{n}@%h --concurrency {SLOTS}"
                " --without-mingle --without-gossip --loglevel INFO"
                for n in range(1, nodes + 1)
            },
            **{f"beat-{n}": f"{CELERY} beat --loglevel INFO" for n in range(1, beats + 1)},
        }
        for name, command in commands.items():
            environment = stack._environment(name.partition("-")[0]) | settings
            stack.services.append(Service(name, command, environment))
        cleanup.callback(stop_started, stack)
        for service in stack.services:
            stack.start(service)
        for service in stack.services:
            stack.wait_until_ready(service)
        yield stack


def stop_started(stack: Stack) -> None:
    """What was started, even where an exception came between."""
    stack.services = [service for service in stack.services if service.process is not None]
    stack.stop()
