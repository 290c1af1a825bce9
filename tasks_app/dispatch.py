"""Publishes wake-ups to the broker: messages that say only that a queue has work.

A wake-up makes a node claim from PostgreSQL what it can run (`execution.py`). One that is lost,
late or repeated only changes when tasks start: nodes also look for work themselves (`worker/`). No
client waits for the broker, or fails because of it. Only this module publishes to Celery.
"""

import logging
import os
import threading
import time
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from celery import current_app
from django.db import transaction
from kombu import Producer
from kombu.exceptions import ChannelError, OperationalError

logger = logging.getLogger(__name__)

CLAIM = "tasks_app.claim"
# The control command that makes a node read its desired state and look for work now.
REFRESH = "refresh"

# The first wake-up after a pause is published at once; later ones are coalesced for this long.
COALESCE_SECONDS = 0.02
# With this many messages in a queue, all processes are busy or no node serves it; another wake-up
# has no use.
WAITING_MAX = 32
# After a failure nothing is published for this long.
BROKER_PAUSE_SECONDS = 1.0
# A publish fails fast, instead of waiting for a broker that does not answer.
FAIL_FAST = {"socket_timeout": 1, "socket_connect_timeout": 1, "max_retries": 0}


class BrokerUnavailableError(Exception):
    """The broker does not respond. Tasks are not lost."""


class Dispatcher:
    """Coalesces the wake-ups of all threads of a process, and publishes from one thread."""

    def __init__(self) -> None:
        self._queues: set[str] = set()
        # Names of nodes; None means all nodes.
        self._nodes: set[str | None] = set()
        self._lock = threading.Lock()
        self._requested = threading.Event()
        self._idle = threading.Event()
        self._idle.set()
        self._thread: threading.Thread | None = None
        self._producer: Producer | None = None
        self._paused_until = 0.0

    def wake(self, queues: Iterable[str]) -> None:
        """Publish a wake-up for each queue, soon; return at once."""
        with self._lock:
            self._queues.update(queues)
            self._start()

    def refresh(self, nodes: Iterable[str | None]) -> None:
        """Make nodes read their desired state and look for work, soon; return at once."""
        with self._lock:
            self._nodes.update(nodes)
            self._start()

    def wait_until_idle(self, timeout: float) -> bool:
        """Return whether all messages are published or dropped within a timeout in seconds."""
        return self._idle.wait(timeout)

    def _start(self) -> None:
        if not (self._queues or self._nodes):
            return
        self._idle.clear()
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="dispatch", daemon=True)
            self._thread.start()
        self._requested.set()

    def _run(self) -> None:
        while True:
            self._requested.wait()
            self._requested.clear()
            with self._lock:
                queues, self._queues = self._queues, set()
                nodes, self._nodes = self._nodes, set()
            if nodes:
                self._try(partial(self._refresh, nodes))
            for queue in sorted(queues):
                self._try(partial(self._wake, queue))
            with self._lock:
                if not (self._queues or self._nodes):
                    self._idle.set()
            time.sleep(COALESCE_SECONDS)

    def _try(self, publish: Callable[[], None]) -> None:
        if time.monotonic() < self._paused_until:
            return
        try:
            publish()
        except Exception as error:  # noqa: BLE001  nodes find work without the broker
            logger.warning("broker unavailable, nodes look for work by themselves: %s", error)
            self._producer = None
            self._paused_until = time.monotonic() + BROKER_PAUSE_SECONDS

    def _wake(self, queue: str) -> None:
        producer = self._connected()
        if _count(producer.channel, queue) < WAITING_MAX:
            current_app.send_task(CLAIM, queue=queue, producer=producer, retry=False)

    def _refresh(self, nodes: set[str | None]) -> None:
        current_app.control.broadcast(
            REFRESH,
            destination=None if None in nodes else sorted(filter(None, nodes)),
            connection=self._connected().connection,
        )

    def _connected(self) -> Producer:
        if self._producer is None:
            connection = current_app.connection_for_write(transport_options=FAIL_FAST)
            self._producer = current_app.amqp.Producer(connection)
        return self._producer


def _count(channel: Any, queue: str) -> int:
    """Return the number of messages in a queue of the broker."""
    try:
        return int(channel.queue_declare(queue=queue, passive=True).message_count)
    except ChannelError:  # An empty queue does not exist.
        return 0


_dispatcher = Dispatcher()


def _start_afresh_in_child() -> None:
    global _dispatcher
    _dispatcher = Dispatcher()


# Threads do not survive a fork, and the parent publishes its own requests.
os.register_at_fork(after_in_child=_start_afresh_in_child)


def wake(queues: Iterable[str]) -> None:
    """Publish a wake-up for each queue."""
    _dispatcher.wake(queues)


def wake_after_commit(queues: Iterable[str]) -> None:
    """Publish a wake-up for each queue once the transaction has committed."""
    names = set(queues)
    # A lambda, not a method: Django names a failed robust hook by its __qualname__.
    transaction.on_commit(lambda: _dispatcher.wake(names), robust=True)


def refresh(nodes: Iterable[str]) -> None:
    """Make nodes look for work now."""
    _dispatcher.refresh(nodes)


def refresh_after_commit(nodes: Iterable[str] | None) -> None:
    """Make nodes, or all nodes, read their desired state once the transaction has committed."""
    names: list[str | None] = [None] if nodes is None else list(nodes)
    transaction.on_commit(lambda: _dispatcher.refresh(names), robust=True)


def check_broker() -> None:
    """Raise BrokerUnavailableError if the broker does not answer."""
    with current_app.connection_for_read(transport_options=FAIL_FAST) as connection:
        errors: Any = (*connection.recoverable_connection_errors, OperationalError)
        try:
            connection.connect()
        except errors as error:
            raise BrokerUnavailableError from error


def wait_until_idle(timeout: float) -> bool:
    """Return whether this process publishes all messages within a timeout in seconds."""
    return _dispatcher.wait_until_idle(timeout)
