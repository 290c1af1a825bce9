"""Shares checks of the ledger between the requests of a process, so that viewers cost no more."""

from threading import Lock
from time import monotonic

from tasks_app import ledger

# A check that is this old, in seconds, is not shared any more.
SHARED_SECONDS = 2.0

_lock = Lock()
_last: tuple[float, ledger.Ledger] | None = None


def recent() -> ledger.Ledger:
    """Return the last check of this process if it is recent, or check now.

    Requests that arrive during a check wait for it.

    Raises:
        TooSlowError: The check took too long.
    """
    global _last
    with _lock:
        if _last is None or monotonic() - _last[0] > SHARED_SECONDS:
            started_at = monotonic()
            _last = started_at, ledger.check()
        return _last[1]
