"""Threads of a process that call a function periodically."""

import logging
import threading
from collections.abc import Callable

from django.db import Error as DatabaseError
from django.db import connection

logger = logging.getLogger(__name__)


class PeriodicThread(threading.Thread):
    """Calls a function periodically until it is stopped, even if the function raises.

    The function returns the number of seconds until the next call. It has the thread's own
    connection to the database. In an outage, it is called again each second, and each error is
    logged once.
    """

    RETRY_SECONDS = 1.0

    def __init__(self, name: str, function: Callable[[], float]) -> None:
        super().__init__(name=name, daemon=True)
        self._function = function
        self._is_stopping = False
        self._woken = threading.Event()

    def run(self) -> None:
        """Call the function until the thread is stopped."""
        logged = set[str]()
        while not self._is_stopping:
            seconds = self.RETRY_SECONDS
            self._woken.clear()
            try:
                seconds = self._function()
                if logged:
                    logger.info("%s: the database is available again", self.name)
                    logged.clear()
            except DatabaseError as error:
                message = str(error).strip()
                if message not in logged:
                    logger.warning("%s: database error: %s", self.name, message)
                logged.add(message)
                connection.close()
            except Exception:
                logger.exception("%s failed and is retried", self.name)
            if not self._is_stopping:
                self._woken.wait(seconds)
        connection.close()

    def wake(self) -> None:
        """Call the function now."""
        self._woken.set()

    def stop(self) -> None:
        """Stop after the current call, and wait for it for up to 5 seconds."""
        self._is_stopping = True
        self._woken.set()
        self.join(timeout=5)
