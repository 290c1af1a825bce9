"""A Celery worker as a node of the cluster: bootsteps and requests that Celery's worker uses.

The main process registers the node, sends heartbeats, applies the node's desired state, and makes
idle processes claim when there is work for them. It reconciles what crashes left behind.
"""

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
from uuid import uuid4

from billiard.exceptions import WorkerLostError
from celery import bootsteps
from celery.signals import task_failure, worker_shutdown, worker_shutting_down
from celery.worker import state
from celery.worker.control import control_command
from celery.worker.request import Request
from django.conf import settings
from django.db import Error as DatabaseError
from django.db import connection
from kombu.message import Message
from kombu.serialization import dumps

from tasks_app import dispatch, execution, recovery
from tasks_app.options import DEFAULT_QUEUE
from tasks_app.pool_signals import signals
from tasks_app.reconciler import prune, reconcile
from tasks_app.services import nodes
from tasks_app.services.nodes import DesiredState, Scheduling
from tasks_app.sql import claims

logger = logging.getLogger(__name__)

# A node with idle processes looks for work this often, besides wake-ups and due times.
LOOK_SECONDS = 1.0
PRUNE_SECONDS = 60.0
# What a lost process had claimed is requeued for this long: its last statement may be on its way.
LOST_SECONDS = 10.0
LOST_RETRY_SECONDS = 0.5

# The node of this process, once its worker has started.
_nodes: "list[Node]" = []


class PeriodicThread(threading.Thread):
    """Calls a function again and again, whatever it raises, until it is stopped.

    The function returns in how many seconds it is to be called again.
    """

    RETRY_SECONDS = 1.0

    def __init__(self, name: str, function: Callable[[], float]) -> None:
        super().__init__(name=name, daemon=True)
        self._function = function
        self._is_stopping = False
        self._woken = threading.Event()

    def run(self) -> None:
        while not self._is_stopping:
            seconds = self.RETRY_SECONDS
            self._woken.clear()
            try:
                seconds = self._function()
            except DatabaseError as error:
                logger.warning("%s: %s", self.name, str(error).strip())
                connection.close()
            except Exception:
                logger.exception("%s failed and is tried again", self.name)
            self._woken.wait(seconds)
        connection.close()

    def wake(self) -> None:
        """Call the function now."""
        self._woken.set()

    def stop(self) -> None:
        """Let the current call end, and no other follow."""
        self._is_stopping = True
        self._woken.set()
        self.join(timeout=5)


class ClaimRequest(Request):
    """A message, or a request of the node itself, that makes one process claim."""

    def acknowledge(self) -> None:
        """Acknowledge the message. The process is idle from now on."""
        super().acknowledge()
        for node in _nodes:
            node.start_wanted()


class Node(bootsteps.StartStopStep):
    """Starts with the worker, whether or not the broker is available."""

    # Threads start after the pool's processes have been forked.
    requires = ("celery.worker.components:Pool",)

    def __init__(self, worker: Any, **kwargs: Any) -> None:
        super().__init__(worker, **kwargs)
        # What is loaded by now is shared with the pool's processes; a garbage collection in one of
        # them would copy it page by page.
        gc.freeze()
        self._worker = worker
        queues = worker.app.amqp.queues
        # Celery keeps this apart from the queues that it knows if `--queues` has been given.
        self._started_with = None if queues._consume_from is None else sorted(queues.consume_from)
        self._queues = self._started_with or [DEFAULT_QUEUE]
        self._desired: DesiredState | None = None
        self._slots = int(worker.concurrency)
        self._is_stopping = False
        # Processes that are wanted to claim as soon as they are idle.
        self._wanted = 0
        # Messages whose process died, and when.
        self._lost: dict[str, float] = {}
        self._control = PeriodicThread("control", self._look_after)
        self._maintenance = PeriodicThread("maintenance", self._maintain)
        self._heartbeat_at = self._pruned_at = time.monotonic()

    def start(self, worker: Any) -> None:
        _nodes.append(self)
        try:
            # Known before it takes its first message, and from the right queues only.
            self._heartbeat()
            self._apply_queues()
        except DatabaseError as error:
            logger.warning("joining: %s", str(error).strip())
            connection.close()
        self._control.start()
        self._maintenance.start()
        task_failure.connect(self._note_lost, weak=False)
        worker_shutting_down.connect(lambda **_: signals.stop(), weak=False)
        # Not in stop(): the steps stop before the pool has finished its last tasks, and until
        # then the node is alive.
        worker_shutdown.connect(self._leave, sender=worker, weak=False)

    def register_with_event_loop(self, worker: Any, hub: Any) -> None:
        """Watch the pipe of the pool's processes. Celery calls this for each connection."""
        hub.add_reader(signals.fileno(), self._on_signal)

    # --- In the main thread -----------------------------------------------------------------------

    def _on_signal(self, *_: Any) -> None:
        self._want(signals.requested())

    def _want(self, processes: int) -> None:
        self._wanted = max(self._wanted, processes)
        self.start_wanted()

    def start_wanted(self) -> None:
        """Make idle processes claim, as many as are wanted."""
        while self._wanted > 0 and self._idle() > 0 and not signals.is_stopping():
            self._wanted -= 1
            self._start_process()
        # One more look when the next process is idle finds whatever is left.
        self._wanted = min(self._wanted, 1)

    def _idle(self) -> int:
        """Return how many processes of the pool do nothing."""
        # A worker that stops closes its pool while the threads of the node still run.
        if self._worker.pool._pool is None:
            return 0
        size = self._worker.pool.num_processes
        if self._desired and self._desired.slots:
            size = min(size, self._desired.slots)
        return int(size) - len(state.reserved_requests)

    def _start_process(self) -> None:
        """Execute the Celery task in the pool, as if a message had come."""
        worker = self._worker
        task = worker.app.tasks[dispatch.CLAIM]
        sent = worker.app.amqp.as_task_v2(str(uuid4()), dispatch.CLAIM)
        content_type, encoding, body = dumps(sent.body, "json")
        message = Message(
            body,
            headers=sent.headers,
            properties=sent.properties,
            content_type=content_type,
            content_encoding=encoding,
            accept={content_type},
        )
        request = ClaimRequest(
            message,
            app=worker.app,
            hostname=worker.hostname,
            task=task,
            body=body,
            headers=sent.headers,
            decoded=False,
        )
        state.task_reserved(request)
        worker.process_task(request)

    def _apply_desired_state(self) -> None:
        assert self._desired is not None
        # What is still to be called is also called by the hub when it closes, without a pool.
        is_stopping = self._worker.blueprint.human_state() != "running"
        if self._worker.consumer.task_consumer is not None and not is_stopping:
            self._apply_queues()
            self._resize(self._desired.slots or self._worker.concurrency)

    def _apply_queues(self) -> None:
        """Consume wake-ups of the queues that the node serves, or of none unless it is active."""
        assert self._desired is not None
        queues, consumer = self._worker.app.amqp.queues, self._worker.consumer
        is_connected = consumer.task_consumer is not None
        served = set(self._queues if self._desired.scheduling == Scheduling.ACTIVE else ())
        for name in served - set(queues.consume_from):
            (consumer.add_task_queue if is_connected else queues.select_add)(name)
        for name in set(queues.consume_from) - served:
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
                return  # All are busy; the next heartbeat tries again.
            consumer._update_prefetch_count(-1)

    def _note_lost(self, task_id: str, exception: BaseException, **_: object) -> None:
        """Requeue what a dead pool process had claimed, before its lease expires."""
        if isinstance(exception, WorkerLostError):
            self._lost[task_id] = time.monotonic()
            self.refresh()

    # --- In threads -------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Read the desired state, and look for work, now."""
        self._heartbeat_at = 0.0
        self._control.wake()

    def _look_after(self) -> float:
        """Send a heartbeat if it is time, look for work, and return when to do so again."""
        if time.monotonic() >= self._heartbeat_at:
            self._heartbeat()
        self._requeue_lost()
        next_look = self._look_for_work()
        next_heartbeat = max(0.0, self._heartbeat_at - time.monotonic())
        return min(next_heartbeat, next_look, LOST_RETRY_SECONDS if self._lost else LOOK_SECONDS)

    def _heartbeat(self) -> None:
        self._heartbeat_at = time.monotonic() + nodes.HEARTBEAT_SECONDS
        worker = self._worker
        with suppress(AttributeError):  # The pool has stopped; its last size stands.
            self._slots = worker.pool.num_processes
        self._desired = desired = nodes.heartbeat(
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
            for queues in (desired.queues, self._started_with, desired.all_queues)
            if queues is not None
        )
        if desired.stop and not self._is_stopping:
            self._is_stopping = True
            logger.info("stop requested")
            os.kill(os.getpid(), signal.SIGTERM)
        # The pool and the consumer belong to the main thread.
        self._call_soon(self._apply_desired_state)

    def _look_for_work(self) -> float:
        """Make idle processes claim if they can; return in how many seconds to look again."""
        if self._idle() <= 0:
            return LOOK_SECONDS
        name = self._worker.hostname
        if processes := execution.can_claim(name):
            self._call_soon(self._want, processes)
        return claims.seconds_until_next_due(self._queues) or LOOK_SECONDS

    def _requeue_lost(self) -> None:
        for message_id, since in list(self._lost.items()):
            recovery.requeue_claimed_by(message_id)
            if time.monotonic() - since > LOST_SECONDS:
                del self._lost[message_id]

    def _maintain(self) -> float:
        reconcile()
        if time.monotonic() >= self._pruned_at:
            self._pruned_at = time.monotonic() + PRUNE_SECONDS
            prune()
        return float(settings.RECONCILE_EVERY_SECONDS)

    def _call_soon(self, function: Callable[..., None], *args: Any) -> None:
        self._worker.hub.call_soon(function, *args)

    def _leave(self, sender: Any, **_: object) -> None:
        self._control.stop()
        self._maintenance.stop()
        try:
            nodes.node_offline(sender.hostname)
        except DatabaseError as error:
            logger.warning("leaving: %s", str(error).strip())


@control_command(name=dispatch.REFRESH)
def refresh(state: Any) -> None:
    """Read the desired state, and look for work, without waiting for the next heartbeat."""
    for node in _nodes:
        node.refresh()
