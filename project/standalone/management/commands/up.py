"""`manage.py up`: everything on this machine, watched by one process."""

import http.client
import os
import socket
import sys
import time
from argparse import ArgumentParser
from datetime import datetime
from pathlib import Path
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from project.standalone import environment
from project.standalone.engines import EngineError
from project.standalone.processes import find_listener
from project.standalone.supervisor import Service, Supervisor, SupervisorError, say
from tasks_app.models import WorkerNode
from tasks_app.services import cluster

MAX_WEB_PROCESSES = 4
BACKLOG = 2048
UNREAD_MS = 30_000
# Uvicorn gives requests five seconds; a worker finishes what it runs, and what takes longer
# comes back by its lease.
WEB_STOP_SECONDS = 15
NODE_STOP_SECONDS = 60
BEAT_STOP_SECONDS = 10
# On a machine of root alone, each node's page of warnings about root helps nobody.
CELERY = (
    *("-W", "ignore::UserWarning:celery.platforms"),
    *("-m", "celery", "--quiet", "-A", "project"),
)


class Command(BaseCommand):
    # They would import what only the web processes need, into the process that watches for days.
    requires_system_checks = []
    help = "Start everything: engines if no URL is given for them, web, worker nodes and beat."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="others need ALLOWED_HOSTS too")
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--workers", type=int, default=2, help="worker nodes (default: 2)")
        parser.add_argument("--concurrency", type=int, default=2, help="slots of a node")
        parser.add_argument("--queues", help="which they take from, by commas (default: all)")
        parser.add_argument("--beats", type=int, default=1)
        parser.add_argument("--no-ui", action="store_true", help="without dashboard and GraphiQL")
        parser.add_argument("--state", type=Path, help="where data is kept between runs")

    def handle(
        self,
        *,
        host: str,
        port: int,
        workers: int,
        concurrency: int,
        queues: str | None,
        beats: int,
        **options: Any,
    ) -> None:
        stack = environment.stack
        if stack is None:
            raise CommandError("Start it as a program: python manage.py up")
        self.began = time.monotonic()
        self.stack = stack
        self.address = ("127.0.0.1" if host == "0.0.0.0" else host, port)  # noqa: S104 - compared
        self.url = f"http://{'localhost' if self.address[0] == '127.0.0.1' else host}:{port}/"
        self.nodes = [f"node-{i}" for i in range(1, workers + 1)]
        self.beats = beats
        listeners = _listen(host, port, _web_processes())
        stack.publish(self.url)
        services = [
            *(_web(f"web-{i}", listener) for i, listener in enumerate(listeners, 1)),
            *(_node(name, concurrency, queues) for name in self.nodes),
            *(_beat("beat" if beats == 1 else f"beat-{i}") for i in range(1, beats + 1)),
        ]
        try:
            Supervisor(stack.engines, services).run(
                prepare=self._prepare, missing=self._missing, announce=self._announce
            )
        except (EngineError, SupervisorError) as error:
            raise CommandError(str(error)) from error

    def _prepare(self) -> None:
        say("preparing the database and static files")
        call_command("migrate", interactive=False, verbosity=0)
        call_command("collectstatic", interactive=False, verbosity=0)
        users = get_user_model()._default_manager
        if not users.filter(username="admin").exists():
            users.create_superuser("admin", password=self.stack.state.secret("admin-password"))
        self.services_began_at = _database_time()

    def _missing(self) -> list[str]:
        ready = WorkerNode.objects.filter(heartbeat_at__gt=self.services_began_at)
        names = {name.partition("@")[0] for name in ready.values_list("name", flat=True)}
        missing = [name for name in self.nodes if name not in names]
        if self.beats and not cluster.beat_leads():
            missing.append("beat")
        return missing if self._web_answers() else ["web", *missing]

    def _web_answers(self) -> bool:
        client = http.client.HTTPConnection(*self.address, timeout=1)
        try:
            client.request("GET", "/healthz/", headers={"Host": "localhost"})
            return client.getresponse().status == 200
        except OSError:
            return False
        finally:
            client.close()

    def _announce(self) -> None:
        # From here on this process only watches.
        connection.close()
        directory = self.stack.state.directory
        engines = ", ".join(f"{engine.name} {engine.version}" for engine in self.stack.engines)
        say(
            f"\n  ready in {time.monotonic() - self.began:.1f} s\n"
            f"  Dashboard   {self.url}\n"
            f"  GraphiQL    {self.url}graphql/\n"
            f"  REST docs   {self.url}api/docs/\n"
            f"  Admin       {self.url}admin/  (admin / see {directory}/admin-password)\n"
            f"  Data        {directory} ({engines or 'secrets only'}, kept between runs)\n"
            f"  Stop        Ctrl-C\n"
        )


def _web_processes() -> int:
    return min(os.cpu_count() or 1, MAX_WEB_PROCESSES)


def _listen(host: str, port: int, number: int) -> list[socket.socket]:
    """A socket for each web process: the kernel spreads connections over them evenly."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        # Alone first: sockets that share a port share it with those of another stack too.
        socket.create_server((host, port), family=family).close()
        listeners = [
            socket.create_server((host, port), family=family, backlog=BACKLOG, reuse_port=True)
            for _ in range(number)
        ]
    except OSError as error:
        holder = find_listener(port)
        raise CommandError(
            f"Cannot listen on {host}:{port}: {os.strerror(error.errno or 0)}"
            f"{f', by {holder}' if holder else ''}. Choose another port with --port."
        ) from error
    # Uvicorn takes a socket of --fd for a Unix one and leaves Nagle's delay of 40 ms on;
    # connections inherit this from the listening socket.
    for listener in listeners:
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if sys.platform == "linux":
            # Nor does a client hold a connection that takes nothing for so long.
            listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNREAD_MS)
    return listeners


def _web(name: str, listener: socket.socket) -> Service:
    # Not `uvicorn --workers`: its children outlive a parent that was killed.
    return Service(
        name=name,
        command=[
            *("-m", "project.web", "--fd", str(listener.fileno()), "--log-level", "warning"),
        ],
        may_end=False,
        stop_phase=2,
        stop_seconds=WEB_STOP_SECONDS,
        pass_fds=[listener.fileno()],
    )


def _node(name: str, concurrency: int, queues: str | None) -> Service:
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
    )


def _beat(name: str) -> Service:
    return Service(
        name=name,
        command=[*CELERY, "beat", "--loglevel", "INFO"],
        may_end=False,
        stop_phase=1,
        stop_seconds=BEAT_STOP_SECONDS,
    )


def _database_time() -> datetime:
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        row: tuple[datetime] = cursor.fetchone()
    return row[0]
