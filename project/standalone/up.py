"""`manage.py up`: the whole stack on this machine, watched by one process.

This process loads neither Django nor Celery: it only starts, watches and stops others.
"""

import os
import time
from argparse import ArgumentParser, Namespace
from pathlib import Path

from project.binding import set_default_api_auth
from project.standalone import environment, services
from project.standalone.engines import EngineError
from project.standalone.preparation import Preparation
from project.standalone.state import State, StateError, default_directory
from project.standalone.supervisor import Supervisor, SupervisorError, say


def main(arguments: list[str]) -> str | int:
    """Run the stack until it is stopped; return the exit status, or what went wrong."""
    options = _parser().parse_args(arguments)
    if options.no_ui:
        os.environ["UI"] = "false"
    set_default_api_auth(options.host)
    try:
        stack = environment.prepare(State(options.state or default_directory()))
    except (StateError, EngineError, OSError) as error:
        return f"Cannot start: {error}"
    try:
        Up(options, stack).run()
    except (EngineError, SupervisorError) as error:
        return str(error)
    return 0


def _parser() -> ArgumentParser:
    parser = ArgumentParser(
        prog="./run", description="Start PostgreSQL, Valkey, the web, worker nodes and Beat."
    )
    add = parser.add_argument
    add("--host", default="127.0.0.1", help="address of the web (127.0.0.1); see API_AUTH")
    add("--port", type=int, default=8000, help="port of the web (8000)")
    add("--workers", type=int, default=2, help="number of worker nodes (2)")
    add("--concurrency", type=int, default=2, help="slots of each node (2)")
    add("--queues", help="queues that the nodes serve, separated by commas (all)")
    add("--beats", type=int, default=1, help="number of schedulers (1)")
    add("--no-ui", action="store_true", help="without the dashboard and GraphiQL")
    add("--state", type=Path, default=environment.state_directory(), help="directory of the data")
    return parser


class Up:
    """A stack, from its start to its end."""

    def __init__(self, options: Namespace, stack: environment.Stack) -> None:
        self._options = options
        self._stack = stack
        # As a client on this machine reaches it.
        self._host = "127.0.0.1" if options.host == "0.0.0.0" else options.host  # noqa: S104
        name = "localhost" if self._host == "127.0.0.1" else self._host
        self._url = f"http://{name}:{options.port}/"
        self._nodes = [f"node-{number}" for number in range(1, options.workers + 1)]
        # `./run` sets it when it begins to install packages.
        self._began = float(os.environ.pop("RUN_BEGAN_AT", time.time()))

    def run(self) -> None:
        """Return after Ctrl-C or SIGTERM, when everything has stopped.

        Raises:
            EngineError: PostgreSQL or Valkey failed.
            SupervisorError: Something cannot start.
        """
        options = self._options
        listeners = services.listen(options.host, options.port)
        self._stack.publish(self._url)
        beats = ["beat"] if options.beats == 1 else [f"beat-{n + 1}" for n in range(options.beats)]
        supervisor = Supervisor(
            self._stack.engines,
            [
                *(services.web(f"web-{n}", each) for n, each in enumerate(listeners, 1)),
                *(services.node(n, options.concurrency, options.queues) for n in self._nodes),
                *(services.beat(name) for name in beats),
            ],
        )
        state = {"STATE_DIR": str(self._stack.state.directory)}
        self._preparation = Preparation(self._nodes, options.beats, os.environ | state)
        try:
            supervisor.run(
                prepare=self._preparation.wait, missing=self._missing, announce=self._announce
            )
        finally:
            self._preparation.stop()

    def _missing(self) -> list[str]:
        self._preparation.check()
        missing = self._preparation.missing or []
        web_answers = services.web_answers(self._host, self._options.port)
        return missing if web_answers else ["web", *missing]

    def _announce(self) -> None:
        directory = self._stack.state.directory
        engines = ", ".join(f"{engine.name} {engine.version}" for engine in self._stack.engines)
        options = self._options
        access = {
            "open": "open: no login, because only this machine can reach it",
            "token": "by login or API token (./run token create NAME)",
        }[os.environ["API_AUTH"]]
        say(
            f"\n  ready in {time.time() - self._began:.1f} s: {len(self._nodes)} worker nodes with"
            f" {options.concurrency} slots each\n\n"
            f"  Dashboard   {self._url}\n"
            f"  GraphiQL    {self._url}graphql/\n"
            f"  REST docs   {self._url}api/docs/\n"
            f"  Admin       {self._url}admin/  (user admin, password in"
            f" {directory}/admin-password)\n"
            f"  Access      {access}\n"
            f"  Data        {directory} ({engines or 'secrets only'}; kept between runs)\n"
            f"  Try         ./run submit --count 10000\n"
            f"  Stop        Ctrl-C\n"
        )
