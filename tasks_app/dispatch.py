"""Hands tasks over to Celery, many to a message, and hints to nodes. Only this module publishes.

A message is a hint. Whoever creates a task neither waits for the broker nor fails with it: what
cannot be published now is found by the reconciler, because its row is still pending.
"""

import logging
import os
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from functools import partial
from typing import Any

from celery import current_app
from django.conf import settings
from django.db import transaction
from kombu import Producer
from kombu.exceptions import ChannelError
from kombu.exceptions import OperationalError as BrokerError

from tasks_app.models.task import PRIORITY_MAX
from tasks_app.models.transitions import Moved

logger = logging.getLogger(__name__)

EXECUTE = "tasks_app.execute"
# The control command by which a node looks for its orders now instead of in two seconds.
HEED_ORDERS = "heed_orders"

MAX_TASKS_PER_MESSAGE = 250
# The first task after a pause is sent at once; those that follow within this time travel together.
GATHER_SECONDS = 0.04
# After a failure the broker is left alone for this long; the reconciler hands over meanwhile.
BROKER_PAUSE_SECONDS = 5.0
# A publish to a broker that accepts and never answers would otherwise wait for ever.
IMPATIENT = {"socket_timeout": 1, "socket_connect_timeout": 1, "max_retries": 0}


class BrokerAwayError(Exception):
    """The broker did not answer. Nothing is lost by that."""


class Dispatcher:
    """Gathers tasks from all threads of a process and publishes them from a thread of its own."""

    def __init__(self) -> None:
        # To go before others of their queue and priority, because they have waited before.
        self._first: list[Moved] = []
        self._gathered: list[Moved] = []
        # Names of nodes; None for all.
        self._hints: list[str | None] = []
        self._lock = threading.Lock()
        self._filled = threading.Event()
        self._idle = threading.Event()
        self._idle.set()
        self._thread: threading.Thread | None = None
        self._producer: Producer | None = None
        self._broker_paused_until = 0.0

    def put(self, tasks: Iterable[Moved], *, first: bool = False) -> None:
        """Take the tasks and return at once."""
        with self._lock:
            (self._first if first else self._gathered).extend(tasks)
            self._start()

    def hasten(self, nodes: Iterable[str | None]) -> None:
        """Take the names and return at once."""
        with self._lock:
            self._hints.extend(nodes)
            self._start()

    def wait_until_idle(self, timeout: float) -> bool:
        """Whether all that was put has left, or was given up, within this many seconds."""
        return self._idle.wait(timeout)

    def _start(self) -> None:
        self._idle.clear()
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="dispatch", daemon=True)
            self._thread.start()
        self._filled.set()

    def _run(self) -> None:
        while True:
            self._filled.wait()
            self._filled.clear()
            with self._lock:
                sends = list(self._sends())
                self._first, self._gathered, self._hints = [], [], []
            self._send_all(sends)
            with self._lock:
                if not (self._first or self._gathered or self._hints):
                    self._idle.set()
            time.sleep(GATHER_SECONDS)

    def _sends(self) -> Iterator[Callable[[], None]]:
        if self._hints:
            yield partial(self._hint, self._hints)
        for message in _messages(self._first):
            yield partial(self._publish, *message, first=True)
        for message in _messages(self._gathered):
            yield partial(self._publish, *message, first=False)

    def _send_all(self, sends: list[Callable[[], None]]) -> None:
        for send in sends:
            if time.monotonic() < self._broker_paused_until:
                return
            try:
                send()
            except Exception as error:  # noqa: BLE001  tasks and orders are safe in their rows
                logger.warning("broker unreachable, tasks stay pending for now: %s", error)
                self._producer = None
                self._broker_paused_until = time.monotonic() + BROKER_PAUSE_SECONDS

    def _hint(self, nodes: list[str | None]) -> None:
        named = [name for name in nodes if name is not None]
        current_app.control.broadcast(
            HEED_ORDERS,
            destination=named if len(named) == len(nodes) else None,
            connection=self._connected().connection,
        )

    def _connected(self) -> Producer:
        if self._producer is None:
            connection = current_app.connection_for_write(transport_options=IMPATIENT)
            self._producer = current_app.amqp.Producer(connection)
        return self._producer

    def _publish(self, queue: str, priority: int, ids: list[str], *, first: bool) -> None:
        current_app.send_task(
            EXECUTE,
            args=[ids],
            queue=queue,
            # In Redis the lowest number goes first.
            priority=2 * (PRIORITY_MAX - priority) + (not first),
            producer=self._connected(),
            retry=False,
            # Celery would render all the ids for its log otherwise.
            argsrepr=f"({len(ids)} tasks)",
        )


def _messages(tasks: Iterable[Moved]) -> Iterator[tuple[str, int, list[str]]]:
    """What goes into one message each: queue, priority, ids.

    Work that takes time or more than one slot travels alone, so that it can spread over the slots.
    So does what a lost process had claimed before: if it kills its next process too, it takes
    nobody along. The urgent go first.
    """
    together: dict[tuple[str, int], list[str]] = defaultdict(list)
    for task in sorted(tasks, key=lambda task: -task.priority):
        if task.duration_ms or task.attempt or task.slots > 1:
            yield task.queue, task.priority, [str(task.id)]
        else:
            together[task.queue, task.priority].append(str(task.id))
    for (queue, priority), ids in together.items():
        for start in range(0, len(ids), MAX_TASKS_PER_MESSAGE):
            yield queue, priority, ids[start : start + MAX_TASKS_PER_MESSAGE]


_dispatcher = Dispatcher()


def _start_afresh_in_child() -> None:
    global _dispatcher
    _dispatcher = Dispatcher()


# Threads do not survive a fork; the parent's buffer is the parent's to send.
os.register_at_fork(after_in_child=_start_afresh_in_child)


def after_commit(tasks: Iterable[Moved], *, first: bool = False) -> None:
    """Hand these over once the running transaction has committed; first among their like."""
    # A lambda, not a method: Django names a failed robust hook by its __qualname__.
    transaction.on_commit(lambda: _dispatcher.put(tasks, first=first), robust=True)


def hasten_after_commit(nodes: Iterable[str] | None) -> None:
    """Have these nodes, or all, heed their orders once the running transaction has committed."""
    names: list[str | None] = [None] if nodes is None else list(nodes)
    transaction.on_commit(lambda: _dispatcher.hasten(names), robust=True)


def patience() -> timedelta:
    """How long a task that was handed over may stay pending before it is handed over again."""
    return timedelta(seconds=settings.TASK_HANDOVER_SECONDS)


def wait_until_idle(timeout: float) -> bool:
    """Whether this process has handed over all it had, or given up, within this many seconds."""
    return _dispatcher.wait_until_idle(timeout)


def waiting(queues: Iterable[str]) -> dict[str, int]:
    """How many messages wait in each queue of the broker; BrokerAwayError if it does not say."""
    with current_app.connection_for_read(transport_options=IMPATIENT) as connection:
        away: tuple[type[BaseException], ...] = (*connection.connection_errors, BrokerError)
        try:
            return {queue: _count(connection.default_channel, queue) for queue in queues}
        except away as error:
            raise BrokerAwayError from error


def _count(channel: Any, queue: str) -> int:
    try:
        return int(channel.queue_declare(queue=queue, passive=True).message_count)
    except ChannelError:  # an empty queue does not exist
        return 0
