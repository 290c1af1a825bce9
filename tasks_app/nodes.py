"""A Celery worker as a node: it registers, sends heartbeats, follows its orders, and reconciles."""

import gc
import logging
import os
import signal
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from billiard.exceptions import WorkerLostError
from celery import bootsteps
from celery.signals import task_failure, worker_shutdown
from celery.worker.control import control_command
from django.conf import settings
from django.db import Error as DatabaseError
from django.db import connection

from tasks_app import execution
from tasks_app.dispatch import HEED_ORDERS
from tasks_app.models import DEFAULT_QUEUE
from tasks_app.reconciler import prune, reconcile
from tasks_app.services import cluster
from tasks_app.services.cluster import Orders, Scheduling

logger = logging.getLogger(__name__)

PRUNE_EVERY_SECONDS = 60
GIVE_BACK_EVERY_SECONDS = 0.5
LOST_SECONDS = 10

# Messages whose process died, and when.
_lost: dict[str, float] = {}
# The loop of this process that sends heartbeats.
_hearts: "list[Loop]" = []


class Loop(threading.Thread):
    """Calls a function again and again, whatever it raises, until stopped."""

    def __init__(self, function: Callable[[], None], *, seconds: float) -> None:
        super().__init__(name=function.__name__, daemon=True)
        self._function = function
        self._seconds = seconds
        self._is_stopping = False
        self._woken = threading.Event()

    def run(self) -> None:
        while True:
            try:
                self._function()
            except DatabaseError as error:
                logger.warning("%s: %s", self.name, str(error).strip())
                connection.close()
            except Exception:
                logger.exception("%s failed; it goes on", self.name)
            self._woken.wait(self._seconds)
            self._woken.clear()
            if self._is_stopping:
                connection.close()
                return

    def hasten(self) -> None:
        """Call it now."""
        self._woken.set()

    def stop(self) -> None:
        self._is_stopping = True
        self._woken.set()
        self.join(timeout=5)


class Node(bootsteps.StartStopStep):
    """Starts with the worker, whether or not the broker can be reached."""

    # Threads start after the pool's processes have been forked.
    requires = ("celery.worker.components:Pool",)

    def __init__(self, worker: Any, **kwargs: Any) -> None:
        super().__init__(worker, **kwargs)
        # What is loaded by now is shared with the pool's processes; a collection in one of them
        # would copy it page by page.
        gc.freeze()
        self._worker = worker
        queues = worker.app.amqp.queues
        # Celery keeps this apart from the queues that it knows if `--queues` has been given.
        self._started_with = None if queues._consume_from is None else sorted(queues.consume_from)
        self._queues = self._started_with or [DEFAULT_QUEUE]
        self._orders: Orders | None = None
        self._slots = int(worker.concurrency)
        self._is_stopping = False
        self._loops: list[Loop] = []

    def start(self, worker: Any) -> None:
        heart = Loop(self.heartbeat, seconds=cluster.HEARTBEAT_SECONDS)
        _hearts.append(heart)
        self._loops = [
            heart,
            Loop(give_back_lost, seconds=GIVE_BACK_EVERY_SECONDS),
            Loop(reconcile, seconds=settings.RECONCILE_EVERY_SECONDS),
            Loop(prune, seconds=PRUNE_EVERY_SECONDS),
        ]
        try:
            # Known before it takes its first message, and from the right queues only.
            self.heartbeat()
            self._take_from_queues()
        except DatabaseError as error:
            logger.warning("joining: %s", str(error).strip())
            connection.close()
        for loop in self._loops:
            loop.start()
        # Not in stop(): the steps stop before the pool has finished its last tasks, and until
        # then the node is alive.
        worker_shutdown.connect(self._leave, sender=worker, weak=False)

    def heartbeat(self) -> None:
        worker = self._worker
        with suppress(AttributeError):  # it has stopped already; then its last size stands
            self._slots = worker.pool.num_processes
        self._orders = orders = cluster.heartbeat(
            worker.hostname,
            host=socket.gethostname(),
            pid=os.getpid(),
            version=settings.VERSION,
            labels=settings.NODE_LABELS,
            slots=self._slots,
            queues=self._queues,
        )
        if settings.HEARTBEAT_FILE:
            Path(settings.HEARTBEAT_FILE).touch()
        self._queues = next(
            queues
            for queues in (orders.queues, self._started_with, orders.all_queues)
            if queues is not None
        )
        if orders.stop and not self._is_stopping:
            self._is_stopping = True
            logger.info("ordered to stop")
            os.kill(os.getpid(), signal.SIGTERM)
        # The pool and the consumer belong to the main thread.
        worker.consumer.call_soon(self._follow_orders)

    def _follow_orders(self) -> None:
        assert self._orders is not None
        # What is still to be called is also called by the hub when it closes, without a pool.
        is_stopping = self._worker.blueprint.human_state() != "running"
        if self._worker.consumer.task_consumer is not None and not is_stopping:
            self._take_from_queues()
            self._resize(self._orders.slots or self._worker.concurrency)

    def _take_from_queues(self) -> None:
        """From those it shall, or while it is not active from none, so that others get it all."""
        assert self._orders is not None
        queues, consumer = self._worker.app.amqp.queues, self._worker.consumer
        is_connected = consumer.task_consumer is not None
        wanted = set(self._queues if self._orders.scheduling == Scheduling.ACTIVE else ())
        for name in wanted - set(queues.consume_from):
            (consumer.add_task_queue if is_connected else queues.select_add)(name)
        for name in set(queues.consume_from) - wanted:
            (consumer.cancel_task_queue if is_connected else queues.deselect)(name)

    def _resize(self, slots: int) -> None:
        pool, consumer = self._worker.pool, self._worker.consumer
        while pool.num_processes < slots:
            pool.grow(1)
            consumer._update_prefetch_count(1)
        while pool.num_processes > slots:
            try:
                pool.shrink(1)
            except ValueError:
                return  # all are busy: at the next heartbeat, then
            consumer._update_prefetch_count(-1)

    def _leave(self, sender: Any, **_: object) -> None:
        for loop in self._loops:
            loop.stop()
        try:
            cluster.node_offline(sender.hostname)
        except DatabaseError as error:
            logger.warning("leaving: %s", str(error).strip())


@control_command(name=HEED_ORDERS)
def heed_orders(state: Any) -> None:
    """A hint: there is an order that need not wait for the next heartbeat."""
    for heart in _hearts:
        heart.hasten()


@task_failure.connect
def note_lost(task_id: str, exception: BaseException, **_: object) -> None:
    """A pool process died over this message: others need not wait until its lease runs out."""
    if isinstance(exception, WorkerLostError):
        _lost[task_id] = time.monotonic()


def give_back_lost() -> None:
    """Not once but for a while: the last statement of a dead process may still be on its way."""
    for message_id, since in list(_lost.items()):
        execution.give_back(message_id)
        if time.monotonic() - since > LOST_SECONDS:
            del _lost[message_id]
