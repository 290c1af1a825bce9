"""Signals between the main process of a worker node and its pool processes, without the broker.

A pool process requests that more processes claim; the main process signals that the node stops. The
main process opens the signals before it forks the pool.
"""

import mmap
import os
from contextlib import suppress


class PoolSignals:
    """A pipe to the main process, and a byte of shared memory from it."""

    def __init__(self) -> None:
        self._read_end, self._write_end = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self._stopping = mmap.mmap(-1, 1)

    def fileno(self) -> int:
        """Return the descriptor that is readable when processes are requested."""
        return self._read_end

    def request(self, processes: int) -> None:
        """Request that this many idle processes claim. Never blocks."""
        with suppress(BlockingIOError):  # A full pipe holds enough requests.
            os.write(self._write_end, bytes([processes]))

    def requested(self) -> int:
        """Return the largest number of processes requested since the last call."""
        with suppress(BlockingIOError):
            return max(os.read(self._read_end, 65_536), default=0)
        return 0

    def stop(self) -> None:
        """Signal the pool processes to claim nothing more."""
        self._stopping[0] = 1

    def is_stopping(self) -> bool:
        """Return whether the node stops."""
        return self._stopping[0] == 1


signals = PoolSignals()
