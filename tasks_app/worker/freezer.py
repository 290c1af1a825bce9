"""A program that stops processes for a time, and lets them continue.

Its arguments are a number of seconds and the process IDs, first that of its parent. If the parent
ends, the others continue at once and the program ends, so that it is not left behind.
"""

import os
import signal
import sys
import time
from collections.abc import Iterable
from contextlib import suppress

LOOK_SECONDS = 0.1


def freeze(seconds: float, pids: Iterable[int]) -> None:
    """Stop the processes, and let them continue after a time or when the parent has ended."""
    parent = os.getppid()
    until = time.monotonic() + seconds
    try:
        _send(signal.SIGSTOP, pids)
        while time.monotonic() < until and os.getppid() == parent:
            time.sleep(LOOK_SECONDS)
    finally:
        _send(signal.SIGCONT, pids)


def _send(number: signal.Signals, pids: Iterable[int]) -> None:
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, number)


if __name__ == "__main__":
    freeze(float(sys.argv[1]), [int(pid) for pid in sys.argv[2:]])
