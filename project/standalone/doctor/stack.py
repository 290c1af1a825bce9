"""Checks of the processes: what runs, what listens, and what an earlier stack left behind."""

import fcntl
import http.client
import os
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from project.standalone.doctor.finding import Finding, ok, problem, warning
from project.standalone.processes import find_listener
from project.standalone.state import State, StateError


def findings(state: State, port: int, *, is_external: bool) -> Iterator[Finding]:
    """Yield the findings.

    Args:
        state: The state directory.
        port: The web's port, if no stack runs.
        is_external: Whether DATABASE_URL names a server that `./run` does not start.
    """
    try:
        record = state.running()
    except StateError:
        return  # Reported for the directory.
    if record:
        yield ok("stack", f"Runs at {record.url} (process {record.pid}).")
        yield from _web(record.url)
        return
    if not is_external:
        yield warning("stack", f"No stack runs from {state.directory}.", "./run")
    yield from _port(port)
    yield from _stale(state)


def _web(url: str) -> Iterator[Finding]:
    address = urlsplit(url)
    if address.port is None:
        yield warning("web", "The stack is starting.", "Wait, then: ./run doctor")
        return
    listener = find_listener(address.port) or "a process that this user cannot see"
    client = http.client.HTTPConnection(address.hostname or "localhost", address.port, timeout=5)
    try:
        client.request("GET", "/readyz/", headers={"Host": "localhost"})
        response = client.getresponse()
        body = response.read(1_000).decode(errors="replace")
    except (OSError, http.client.HTTPException) as error:
        yield problem(
            "web",
            f"{url} does not answer: {error}. Port {address.port}: {listener}.",
            "Read the output of ./run, stop it with Ctrl-C and start it again",
        )
        return
    finally:
        client.close()
    if response.status == 200:
        yield ok("web", f"Port {address.port} answers: {listener}.")
    else:
        yield problem(
            "web", f"{url}readyz/ returns {response.status}: {body}", "See the next lines"
        )


def _port(port: int) -> Iterator[Finding]:
    if listener := find_listener(port):
        yield warning("port", f"Port {port} is in use by {listener}.", "./run --port PORT")
    else:
        yield ok("port", f"Port {port} is free.")


def _stale(state: State) -> Iterator[Finding]:
    """Yield what runs although the supervisor has ended, which holds a lock or a port."""
    found = False
    urls = state.last_environment()
    for name, variable in (("postgresql", "DATABASE_URL"), ("valkey", "REDIS_URL")):
        lock = state.directory / name / "lock"
        if not _is_locked(lock):
            continue
        found = True
        port = urlsplit(urls.get(variable, "")).port
        pid = _postmaster(state.directory / name / "data") if name == "postgresql" else None
        holder = f"process {pid}" if pid else (port and find_listener(port)) or "a process"
        yield problem(
            "processes",
            f"{name} still runs without its supervisor ({holder}) and holds {lock}.",
            f"kill -INT {pid}" if pid else f"fuser -k -INT {lock}",
        )
    if not found:
        yield ok("processes", "No process of an earlier stack is left.")


def _is_locked(lock: Path) -> bool:
    try:
        file = os.open(lock, os.O_RDWR)
    except OSError:
        return False
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(file)
    return False


def _postmaster(data: Path) -> int | None:
    try:
        return int((data / "postmaster.pid").read_text().splitlines()[0])
    except (OSError, ValueError, IndexError):
        return None
