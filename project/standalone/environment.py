"""The environment that the settings read, completed before they read it."""

import os
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from project.standalone.engines import Engine, UpgradingPostgreSQL, Valkey, free_port
from project.standalone.state import State, StateError, default_directory

PUBLISHED = ("DATABASE_URL", "REDIS_URL", "SECRET_KEY")


@dataclass
class Stack:
    """What `up` runs: an engine is embedded if no URL for it is in the environment."""

    state: State
    engines: list[Engine]

    def publish(self, url: str) -> None:
        """Tell other commands how to reach the stack."""
        self.state.publish(url, {name: os.environ[name] for name in PUBLISHED})


def state_directory() -> Path:
    """Return STATE_DIR, or the default directory of this checkout."""
    return Path(chosen) if (chosen := os.environ.get("STATE_DIR")) else default_directory()


def adopt(arguments: list[str]) -> State:
    """Let a command, and its children, talk to the stack that runs from its state directory.

    Removes `--state DIR` from the arguments; STATE_DIR names the directory otherwise.

    Raises:
        StateError: `--state` has no directory, or the directory cannot be read.
    """
    state = State(_take_state(arguments) or state_directory())
    os.environ["STATE_DIR"] = str(state.directory)
    if "DATABASE_URL" not in os.environ:
        for name, value in state.running_environment().items():
            os.environ.setdefault(name, value)
    return state


def no_stack_message() -> str:
    """Say why a command that needs the database has none, and what to do."""
    return (
        f"No stack runs from {state_directory()}. Start it with ./run, name the directory of"
        " another one with --state or STATE_DIR, or set DATABASE_URL."
    )


def _take_state(arguments: list[str]) -> Path | None:
    for index, argument in enumerate(arguments):
        name, has_value, value = argument.partition("=")
        if argument == "--":
            return None
        if name == "--state":
            if not has_value:
                value = "".join(arguments[index + 1 : index + 2])
            if not value:
                raise StateError("--state needs the directory of a stack: --state DIR")
            del arguments[index : index + (1 if has_value else 2)]
            return Path(value)
    return None


def prepare(state: State) -> Stack:
    """Claim a state directory and complete the environment with what it keeps.

    Raises:
        AlreadyRunningError: Another stack runs from it.
    """
    state.claim()
    last = state.last_environment()
    engines: list[Engine] = []
    if "DATABASE_URL" not in os.environ:
        port = free_port(urlsplit(last.get("DATABASE_URL")).port)
        url = f"postgres://app:{state.secret('database-password')}@127.0.0.1:{port}/app"
        engines.append(UpgradingPostgreSQL(state.directory / "postgresql", url))
        os.environ["DATABASE_URL"] = url
    if "REDIS_URL" not in os.environ:
        port = free_port(urlsplit(last.get("REDIS_URL")).port)
        url = f"redis://127.0.0.1:{port}/0"
        engines.append(Valkey(state.directory / "valkey", url))
        os.environ["REDIS_URL"] = url
    if "SECRET_KEY" not in os.environ:
        os.environ["SECRET_KEY"] = state.secret("secret-key")
    stack = Stack(state, engines)
    stack.publish("an address not known yet")
    return stack
