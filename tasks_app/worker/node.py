"""The bootstep that makes a Celery worker a node of the cluster.

The main process registers the node, sends heartbeats, applies the node's desired state, makes idle
processes claim tasks that they can run, and runs the reconciler.
"""

import gc
import logging
import os
import signal
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from billiard.exceptions import WorkerLostError
from celery import bootsteps
from celery.signals import task_failure, worker_shutdown, worker_shutting_down
from celery.worker import state
from celery.worker.control import control_command
from django.conf import settings
from django.db import Error as DatabaseError
from django.db import connection
from kombu.asynchronous import Hub

from tasks_app import dispatch, execution, recovery
from tasks_app.options import DEFAULT_QUEUE
from tasks_app.pool_signals import signals
from tasks_app.reconciler import prune, reconcile
from tasks_app.services import nodes
from tasks_app.services.nodes import DesiredState
from tasks_app.services.nodes.commands import Scheduling
from tasks_app.sql import due
from tasks_app.threads import PeriodicThread
from tasks_app.worker import control, injection
from tasks_app.worker.celery_types import Worker
from tasks_app.worker.requests import on_idle, start_claim

logger = logging.getLogger(__name__)

# A node with idle processes looks for work this often, besides wake-ups and due times.
LOOK_SECONDS = 1.0
PRUNE_SECONDS = 60.0
# Tasks of a lost process are requeued repeatedly for this long, because its last claim may commit
# late.
LOST_SECONDS = 10.0
LOST_RETRY_SECONDS = 0.5

# The node of this process after its worker has started.
_nodes: "list[Node]" = []


class Node(bootsteps.StartStopStep):
    """Registers the node and runs its threads, whether or not the broker is available."""

    # Threads start after the pool's processes have been forked.
    requires = ("celery.worker.components:Pool",)

    def __init__(self, worker: Worker, **kwargs: object) -> None:
        super().__init__(worker, **kwargs)
        # Objects loaded by now share memory with the pool's processes; a garbage collection in a
        # process would copy them.
        gc.freeze()
        self._worker = worker
        queues = control.queues_of(worker)
        # Celery sets this only if `--queues` was given.
        self._started_with = None if queues._consume_from is None else sorted(queues.consume_from)
        self._queues = self._started_with or [DEFAULT_QUEUE]
        self._desired: DesiredState | None = None
        self._slots = int(worker.concurrency)
        self._is_stopping = False
        # The number of processes that must claim as soon as they are idle.
        self._wanted = 0
        # Celery messages whose process died, with the time.
        self._lost: dict[str, float] = {}
        self._control = PeriodicThread("control", self._look_after)
        self._maintenance = PeriodicThread("maintenance", self._maintain)
        self._heartbeat_at = self._pruned_at = time.monotonic()

    def start(self, worker: Worker) -> None:
        """Register the node and start its threads. Celery calls it after the pool has started."""
        _nodes.append(self)
        on_idle.append(self.start_wanted)
        try:
            # The node registers before it consumes its first message.
            self._heartbeat()
            self._apply_queues()
        except DatabaseError as error:
            logger.warning("cannot register the node yet: %s", str(error).strip())
            connection.close()
        self._control.start()
        self._maintenance.start()
        task_failure.connect(self._note_lost, weak=False)
        worker_shutting_down.connect(lambda **_: signals.stop(), weak=False)
        # Not in stop(), because steps stop before the pool has finished its last tasks, and the
        # node sends heartbeats until then.
        worker_shutdown.connect(self._leave, sender=worker, weak=False)

    def register_with_event_loop(self, worker: Worker, hub: Hub) -> None:
        """Watch the pipe of the pool's processes. Celery calls this for each connection."""
        hub.add_reader(signals.fileno(), self._on_signal)

    # --- Called in the main thread ----------------------------------------------------------------

    def _on_signal(self, *_: object) -> None:
        self._want(signals.requested())

    def _want(self, processes: int) -> None:
        self._wanted = max(self._wanted, processes)
        self.start_wanted()

    def start_wanted(self) -> None:
        """Make the requested number of idle processes claim."""
        while self._wanted > 0 and self._idle() > 0 and not signals.is_stopping():
            self._wanted -= 1
            start_claim(self._worker)
        # One more claim, when the next process becomes idle, finds remaining tasks.
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

    def _apply_desired_state(self) -> None:
        assert self._desired is not None
        # The hub also makes pending calls when it closes, when there is no pool.
        is_stopping = self._worker.blueprint.human_state() != "running"
        if self._worker.consumer.task_consumer is not None and not is_stopping:
            self._apply_queues()
            control.resize_pool(self._worker, self._desired.slots or self._worker.concurrency)

    def _apply_queues(self) -> None:
        """Consume wake-ups of the queues that the node serves; of none unless it is active."""
        assert self._desired is not None
        is_active = self._desired.scheduling == Scheduling.ACTIVE
        control.consume_from(self._worker, self._queues if is_active else ())

    def _note_lost(self, task_id: str, exception: BaseException, **_: object) -> None:
        """Note a dead pool process, to requeue its tasks before their leases expire."""
        if isinstance(exception, WorkerLostError):
            self._lost[task_id] = time.monotonic()
            self.refresh()

    # --- Called in threads ------------------------------------------------------------------------

    def refresh(self) -> None:
        """Send a heartbeat, apply the desired state and look for work now."""
        self._heartbeat_at = 0.0
        self._control.wake()

    def _look_after(self) -> float:
        """Send a heartbeat if it is due, look for work, and return the seconds to wait."""
        if time.monotonic() >= self._heartbeat_at:
            self._heartbeat()
        self._requeue_lost()
        next_look = self._look_for_work()
        next_heartbeat = max(0.0, self._heartbeat_at - time.monotonic())
        return min(next_heartbeat, next_look, LOST_RETRY_SECONDS if self._lost else LOOK_SECONDS)

    def _heartbeat(self) -> None:
        self._heartbeat_at = time.monotonic() + nodes.HEARTBEAT_SECONDS
        worker = self._worker
        with suppress(AttributeError):  # The pool has stopped: keep its last size.
            self._slots = worker.pool.num_processes
        self._desired = desired = nodes.heartbeat(
            worker.hostname,
            host=socket.gethostname(),
            pid=os.getpid(),
            version=settings.VERSION,
            labels=settings.NODE_LABELS,
            slots=self._slots,
            queues=self._queues,
            is_first=self._desired is None,
        )
        if settings.HEARTBEAT_FILE:
            Path(settings.HEARTBEAT_FILE).touch()
        self._queues = next(
            queues
            for queues in (desired.queues, self._started_with, desired.all_queues)
            if queues is not None
        )
        if desired.fault:
            injection.inject_fault(worker)
        if desired.stop and not self._is_stopping:
            self._is_stopping = True
            logger.info("an operator requested the node to stop")
            os.kill(os.getpid(), signal.SIGTERM)
        # The pool and the consumer belong to the main thread.
        self._call_soon(self._apply_desired_state)

    def _look_for_work(self) -> float:
        """Make idle processes claim if they can; return the seconds until the next look."""
        if self._idle() <= 0:
            return LOOK_SECONDS
        name = self._worker.hostname
        if processes := execution.can_claim(name):
            self._call_soon(self._want, processes)
        seconds = due.seconds_until_next(self._queues, is_claiming=processes > 0)
        return seconds or LOOK_SECONDS

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

    def _call_soon(self, function: Callable[..., None], *args: object) -> None:
        self._worker.hub.call_soon(function, *args)

    def _leave(self, sender: Worker, **_: object) -> None:
        self._control.stop()
        self._maintenance.stop()
        try:
            nodes.node_offline(sender.hostname)
        except DatabaseError as error:
            logger.warning("cannot mark the node offline: %s", str(error).strip())


@control_command(name=dispatch.REFRESH)
def refresh(state: object) -> None:
    """Send a heartbeat, apply the desired state and look for work now."""
    for node in _nodes:
        node.refresh()
