"""A Celery worker as a node of the cluster: it registers, sends heartbeats, and reconciles."""

import gc
import logging
import os
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from billiard.exceptions import WorkerLostError
from celery import bootsteps
from celery.signals import task_failure, worker_shutdown
from django.conf import settings
from django.db import Error as DatabaseError
from django.db import connection

from tasks_app import execution
from tasks_app.reconciler import prune, reconcile
from tasks_app.services import cluster

logger = logging.getLogger(__name__)

PRUNE_EVERY_SECONDS = 60
GIVE_BACK_EVERY_SECONDS = 0.5
LOST_SECONDS = 10

# Messages whose process died, and when.
_lost: dict[str, float] = {}


class Loop(threading.Thread):
    """Calls a function again and again, whatever it raises, until stopped."""

    def __init__(self, function: Callable[[], None], *, seconds: float) -> None:
        super().__init__(name=function.__name__, daemon=True)
        self._function = function
        self._seconds = seconds
        self._stopping = threading.Event()

    def run(self) -> None:
        while True:
            try:
                self._function()
            except DatabaseError as error:
                logger.warning("%s: %s", self.name, str(error).strip())
                connection.close()
            except Exception:
                logger.exception("%s failed; it goes on", self.name)
            if self._stopping.wait(self._seconds):
                connection.close()
                return

    def stop(self) -> None:
        self._stopping.set()
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
        self._loops: list[Loop] = []

    def start(self, worker: Any) -> None:
        def heartbeat() -> None:
            cluster.heartbeat(
                worker.hostname,
                host=socket.gethostname(),
                pid=os.getpid(),
                slots=worker.concurrency,
                queues=sorted(worker.app.amqp.queues.consume_from),
            )
            if settings.HEARTBEAT_FILE:
                Path(settings.HEARTBEAT_FILE).touch()

        self._loops = [
            Loop(heartbeat, seconds=cluster.HEARTBEAT_SECONDS),
            Loop(give_back_lost, seconds=GIVE_BACK_EVERY_SECONDS),
            Loop(reconcile, seconds=settings.RECONCILE_EVERY_SECONDS),
            Loop(prune, seconds=PRUNE_EVERY_SECONDS),
        ]
        for loop in self._loops:
            loop.start()
        # Not in stop(): the steps stop before the pool has finished its last tasks, and until
        # then the node is alive.
        worker_shutdown.connect(self._leave, sender=worker, weak=False)

    def _leave(self, sender: Any, **_: object) -> None:
        for loop in self._loops:
            loop.stop()
        try:
            cluster.node_offline(sender.hostname)
        except DatabaseError as error:
            logger.warning("leaving: %s", str(error).strip())


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
