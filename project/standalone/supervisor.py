"""Processes that are started in order, watched together and stopped in phases."""

import os
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from threading import Thread

from project.standalone.engines import LAST_LINES, Engine, EngineError
from project.standalone.processes import describe_exit, spawn
from project.standalone.state import BASE_DIR

READY_SECONDS = 120
POLL_SECONDS = 0.1
# A process that ended within this time counts for the pause before the next start.
RESTART_WINDOW_SECONDS = 60
RESTART_PAUSE_MAX_SECONDS = 30
NAME_WIDTH = 8
# With an allocator arena for each thread, a process of many threads keeps memory it does not use.
ENVIRONMENT = {"PYTHONUNBUFFERED": "1", "MALLOC_ARENA_MAX": "2"}
# Cyan, yellow, green, magenta, blue: readable on black and on white.
COLORS = (36, 33, 32, 35, 34)


class SupervisorError(Exception):
    """The stack was stopped. The message says why."""


@dataclass(eq=False)
class Service:
    """A process whose output is shown line by line, each with its name in front."""

    name: str
    command: list[str]
    # Whether it may end by itself with status 0, as a node that a client has stopped.
    may_end: bool
    stop_phase: int
    stop_seconds: float
    color: int = 0
    pass_fds: list[int] = field(default_factory=list)
    environment: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None
    lines: deque[str] = field(default_factory=lambda: deque(maxlen=LAST_LINES))
    ends: deque[float] = field(default_factory=lambda: deque(maxlen=10))
    starts_at: float | None = None

    def start(self) -> None:
        """Start the process."""
        # SIGKILL, because a worker without its supervisor has no database to finish a task with.
        self.process = spawn(
            [sys.executable, *self.command],
            death_signal=signal.SIGKILL,
            cwd=BASE_DIR,
            env=os.environ | ENVIRONMENT | self.environment,
            stdout=subprocess.PIPE,
            pass_fds=self.pass_fds,
        )
        self.starts_at = None
        Thread(target=self._show_output, args=[self.process], daemon=True).start()

    def check(self, *, is_starting: bool) -> None:
        """Start a process that ended again, after a pause that grows.

        Raises:
            SupervisorError: It ended by itself while the stack was starting, so it cannot start.
        """
        now = time.monotonic()
        if self.starts_at is not None:
            if now >= self.starts_at:
                self.start()
        elif self.process is not None and self.process.poll() is not None:
            self._plan_restart(self.process.returncode, now, is_starting=is_starting)

    def terminate(self) -> None:
        """Send SIGTERM to the parent only: Celery's pool must finish its tasks."""
        if self.process is not None:
            self.process.terminate()

    def wait(self) -> None:
        """Wait until the process has ended, and kill it after `stop_seconds`."""
        if self.process is None:
            return
        try:
            self.process.wait(self.stop_seconds)
        except subprocess.TimeoutExpired:
            say(f"{self.name} did not stop within {self.stop_seconds:g} s and is killed")
            self.kill()

    def kill(self) -> None:
        """Kill the process."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def _plan_restart(self, status: int, now: float, *, is_starting: bool) -> None:
        if self.may_end and status == 0:
            say(f"{self.name} was stopped, and is not started again")
            self.process = None
            return
        fate = describe_exit(status)
        if is_starting and status >= 0:
            raise SupervisorError("\n".join([f"{self.name} {fate}. Its last lines:", *self.lines]))
        self.ends.append(now)
        recent = sum(now - end < RESTART_WINDOW_SECONDS for end in self.ends)
        pause = min(2 ** (recent - 1) - 1, RESTART_PAUSE_MAX_SECONDS)
        say(f"{self.name} {fate}; it starts again {f'in {pause} s' if pause else 'now'}")
        self.starts_at = now + pause

    def _show_output(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdout is not None
        prefix = paint(f"{self.name:<{NAME_WIDTH}}|", self.color)
        with process.stdout as output:
            for raw in output:
                if line := raw.decode(errors="replace").rstrip():
                    self.lines.append(line)
                    say(f"{prefix} {line}")


class Supervisor:
    """Starts engines and services in order, watches them, and stops them in phases."""

    def __init__(self, engines: list[Engine], services: list[Service]) -> None:
        self._engines = engines
        self._services = services
        # When engines that have ended start again, and how often in a row this has failed.
        self._engine_starts: dict[Engine, tuple[float, int]] = {}

    def run(
        self,
        *,
        prepare: Callable[[], None],
        missing: Callable[[], list[str]],
        announce: Callable[[], None],
    ) -> None:
        """Run until a first Ctrl-C, SIGTERM or SIGHUP, and return when everything has stopped.

        `prepare` runs between the engines and the services; `announce` when nothing is `missing`.
        """
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            # What nohup or a shell's `&` ignores stays ignored.
            if signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, signal.default_int_handler)
        try:
            try:
                with suppress(KeyboardInterrupt):
                    self._start(prepare)
                    self._wait_until_ready(missing)
                    announce()
                    self._watch()
            finally:
                self._stop()
        except KeyboardInterrupt:
            self._kill()
            sys.exit(130)

    def _start(self, prepare: Callable[[], None]) -> None:
        names = ", ".join(f"{engine.name} {engine.version}" for engine in self._engines)
        with step(f"[1/3] starting {names}" if names else "[1/3] using your own servers"):
            for engine in self._engines:
                engine.start()
        with step("[2/3] preparing the database and static files"):
            prepare()
        say("[3/3] starting " + ", ".join(service.name for service in self._services))
        for color, service in enumerate(self._services):
            service.color = COLORS[color % len(COLORS)]
            service.start()

    def _wait_until_ready(self, missing: Callable[[], list[str]]) -> None:
        deadline = time.monotonic() + READY_SECONDS
        while names := missing():
            self._check(is_starting=True)
            if time.monotonic() > deadline:
                raise SupervisorError(f"Not ready after {READY_SECONDS} s: {', '.join(names)}")
            time.sleep(POLL_SECONDS)

    def _watch(self) -> None:
        while True:
            self._check(is_starting=False)
            time.sleep(POLL_SECONDS)

    def _check(self, *, is_starting: bool) -> None:
        for engine in self._engines:
            if engine not in self._engine_starts:
                try:
                    engine.check()
                except EngineError as error:
                    if is_starting:
                        raise
                    say(f"{error}\n{engine.name} starts again")
                    self._engine_starts[engine] = (0.0, 0)
            if engine in self._engine_starts:
                self._restart(engine)
        for service in self._services:
            service.check(is_starting=is_starting)

    def _restart(self, engine: Engine) -> None:
        """Start an engine that has ended, again and again, as it may need space on a full disk."""
        starts_at, failures = self._engine_starts[engine]
        if time.monotonic() < starts_at:
            return
        try:
            engine.start()
        except (EngineError, OSError) as error:
            if failures == 0:
                say(f"{error}\n{engine.name} cannot start; it is tried until it succeeds")
            pause = min(2**failures, RESTART_PAUSE_MAX_SECONDS)
            self._engine_starts[engine] = (time.monotonic() + pause, failures + 1)
        else:
            del self._engine_starts[engine]
            say(f"{engine.name} runs again")

    def _stop(self) -> None:
        say("stopping; Ctrl-C again kills")
        for phase in sorted({service.stop_phase for service in self._services}):
            services = [service for service in self._services if service.stop_phase == phase]
            for service in services:
                service.terminate()
            for service in services:
                service.wait()
        for engine in reversed(self._engines):
            engine.stop()
        say("stopped")

    def _kill(self) -> None:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        for service in self._services:
            service.kill()
        for engine in self._engines:
            engine.kill()


@contextmanager
def step(name: str) -> Iterator[None]:
    """Show what is being done, and how long it took."""
    say(name)
    began = time.monotonic()
    yield
    say(f"{' ' * 6}done in {time.monotonic() - began:.1f} s")


def say(line: str) -> None:
    """Print a line at once."""
    # The terminal may be gone, and the stack has still to be stopped in order.
    with suppress(OSError):
        # One write, so that the lines of two threads never mix.
        print(f"{line}\n", end="", flush=True)


def paint(text: str, color: int) -> str:
    """Return the text in an ANSI color if the output is a terminal."""
    if not sys.stdout.isatty() or os.environ.get("NO_COLOR"):
        return text
    return f"\033[{color}m{text}\033[0m"
