"""The environment that the settings read, completed before they read it."""

import os
import sys
from argparse import ArgumentParser, Namespace
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from project.binding import settle_access
from project.standalone.engines import Engine, EngineError, PostgreSQL, Valkey, free_port
from project.standalone.state import AlreadyRunningError, State, default_directory


@dataclass
class Stack:
    """What `manage.py up` runs: an engine is embedded when nobody gave a URL for it."""

    state: State
    engines: list[Engine]

    def publish(self, url: str) -> None:
        names = ("DATABASE_URL", "REDIS_URL", "SECRET_KEY")
        self.state.publish(url, {name: os.environ[name] for name in names})


stack: Stack | None = None


def adopt(arguments: list[str]) -> None:
    """`up` prepares a stack of its own; other commands talk to the one that runs."""
    global stack
    if arguments[:1] == ["up"] and not {"-h", "--help"} & set(arguments):
        if "--no-ui" in arguments:
            os.environ["UI"] = "false"
        given = _given(arguments)
        settle_access(given.host)
        try:
            stack = _prepare(State(given.state))
        except (AlreadyRunningError, EngineError, OSError) as error:
            sys.exit(f"Cannot start: {error}")
    elif "DATABASE_URL" not in os.environ:
        for name, value in State(default_directory()).running_environment().items():
            os.environ.setdefault(name, value)


def _given(arguments: list[str]) -> Namespace:
    # Abbreviations too, as Django understands them.
    parser = ArgumentParser(add_help=False)
    parser.add_argument("--state", type=Path, default=default_directory())
    parser.add_argument("--host", default="127.0.0.1")
    return parser.parse_known_args(arguments)[0]


def _prepare(state: State) -> Stack:
    state.claim()
    last = state.last_environment()
    engines: list[Engine] = []
    if "DATABASE_URL" not in os.environ:
        port = free_port(urlsplit(last.get("DATABASE_URL")).port)
        url = f"postgres://app:{state.secret('database-password')}@127.0.0.1:{port}/app"
        engines.append(PostgreSQL(state.directory / "postgresql", url))
        os.environ["DATABASE_URL"] = url
    if "REDIS_URL" not in os.environ:
        port = free_port(urlsplit(last.get("REDIS_URL")).port)
        url = f"redis://127.0.0.1:{port}/0"
        engines.append(Valkey(state.directory / "valkey", url))
        os.environ["REDIS_URL"] = url
    if "SECRET_KEY" not in os.environ:
        os.environ["SECRET_KEY"] = state.secret("secret-key")
    prepared = Stack(state, engines)
    prepared.publish("an address not known yet")
    return prepared
