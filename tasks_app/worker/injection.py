"""Injects faults into the processes of this node, as administrators request them."""

import logging
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from tasks_app.services.nodes import faults
from tasks_app.services.nodes.faults import Fault
from tasks_app.worker.celery_types import Worker

logger = logging.getLogger(__name__)

_FREEZER = Path(__file__).with_name("freezer.py")
# What a shell reports for a process that SIGKILL ended.
KILLED_STATUS = 128 + signal.SIGKILL


def inject_fault(worker: Worker) -> None:
    """Take the fault that was requested for this node, and inject it now.

    It does not return from killing the node, and returns from freezing when the node continues.
    """
    taken = faults.take_fault(worker.hostname, pid=os.getpid())
    if taken is None:
        return
    # A worker that stops closes its pool while the threads of the node still run.
    pool: Sequence[int] = worker.pool.info["processes"] if worker.pool._pool else ()
    if taken.fault == Fault.KILL:
        logger.warning("an administrator has the node killed")
        _kill(pool)
    else:
        logger.warning("an administrator has the node frozen for %s s", taken.freeze_seconds)
        _freeze(pool, taken.freeze_seconds or 0)
        logger.warning("the node continues")


def _kill(pool: Sequence[int]) -> None:
    # The pool first: nothing runs after this process has ended.
    for pid in pool:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    os.kill(os.getpid(), signal.SIGKILL)
    # Linux does not let the first process of a container kill itself.
    os._exit(KILLED_STATUS)


def _freeze(pool: Sequence[int], seconds: int) -> None:
    # A process cannot continue itself, so another one stops and continues this one and its pool.
    # Its interpreter is isolated and without site-packages, so that it starts at once.
    pids = map(str, (os.getpid(), *pool))
    command = [sys.executable, "-I", "-S", str(_FREEZER), str(seconds), *pids]
    subprocess.run(command, check=True)
