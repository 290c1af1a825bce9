"""The processes of the stack besides the engines: web, worker nodes and Beat."""

import http.client
import os
import socket
import sys
from collections.abc import Mapping

from project.standalone.processes import find_listener
from project.standalone.supervisor import Service, SupervisorError

MAX_WEB_PROCESSES = 4
BACKLOG = 2048
UNREAD_MS = 30_000
# Uvicorn gives requests five seconds. A node finishes what it runs; what takes longer is run again
# when its lease has expired.
WEB_STOP_SECONDS = 15
NODE_STOP_SECONDS = 60
BEAT_STOP_SECONDS = 10
CELERY = (
    # Run by root, as in many containers, each node would print a page of warnings about that.
    *("-W", "ignore::UserWarning:celery.platforms"),
    *("-m", "celery", "--quiet", "-A", "project"),
)
# They load neither the APIs nor the admin.
WITHOUT_WEB = {"WEB": "false"}


def listen(host: str, port: int, number: int | None = None) -> list[socket.socket]:
    """Open a socket for each web process; the kernel spreads connections over them evenly.

    Args:
        host: The address.
        port: The port.
        number: The number of processes; None for one per processor, up to a maximum.

    Raises:
        SupervisorError: The address is in use, or is not one of this machine.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    number = number or min(os.cpu_count() or 1, MAX_WEB_PROCESSES)
    try:
        # Alone first: sockets that share a port share it with those of another stack too.
        socket.create_server((host, port), family=family).close()
        listeners = [
            socket.create_server((host, port), family=family, backlog=BACKLOG, reuse_port=True)
            for _ in range(number)
        ]
    except OSError as error:
        holder = find_listener(port)
        raise SupervisorError(
            f"Cannot listen on {host}:{port}: {os.strerror(error.errno or 0)}"
            f"{f', by {holder}' if holder else ''}. Choose another port with --port."
        ) from error
    # Uvicorn takes a socket of --fd for a Unix one and leaves Nagle's delay of 40 ms on;
    # connections inherit this from the listening socket.
    for listener in listeners:
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if sys.platform == "linux":
            # A client that stops reading does not hold its connection for longer than this.
            listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNREAD_MS)
    return listeners


def web(name: str, listener: socket.socket) -> Service:
    """Return a web process. Workers of uvicorn's `--workers` would outlive a killed parent."""
    return _web(name, "project.web", listener)


def replay(listener: socket.socket, environment: Mapping[str, str]) -> Service:
    """Return the web process of a replay."""
    return _web("web", "project.replay", listener, environment)


def _web(
    name: str, module: str, listener: socket.socket, environment: Mapping[str, str] | None = None
) -> Service:
    return Service(
        name=name,
        command=["-m", module, "--fd", str(listener.fileno()), "--log-level", "warning"],
        may_end=False,
        stop_phase=2,
        stop_seconds=WEB_STOP_SECONDS,
        pass_fds=[listener.fileno()],
        environment=dict(environment or {}),
    )


def web_answers(host: str, port: int) -> bool:
    """Return whether a web process answers health checks."""
    client = http.client.HTTPConnection(host, port, timeout=1)
    try:
        client.request("GET", "/healthz/", headers={"Host": "localhost"})
        return client.getresponse().status == 200
    except OSError:
        return False
    finally:
        client.close()


def node(name: str, concurrency: int, queues: str | None) -> Service:
    """Return a worker node with this many slots; without queues it serves all."""
    return Service(
        name=name,
        command=[
            *(*CELERY, "worker", "--hostname", f"{name}@%h", "--concurrency", str(concurrency)),
            *("--loglevel", "INFO", "--without-mingle", "--without-gossip"),
            *(("--queues", queues) if queues else ()),
        ],
        may_end=True,
        stop_phase=2,
        stop_seconds=NODE_STOP_SECONDS,
        environment=WITHOUT_WEB,
    )


def beat(name: str) -> Service:
    """Return a scheduler."""
    return Service(
        name=name,
        command=[*CELERY, "beat", "--loglevel", "INFO"],
        may_end=False,
        stop_phase=1,
        stop_seconds=BEAT_STOP_SECONDS,
        environment=WITHOUT_WEB,
    )
