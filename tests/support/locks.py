"""Locks that another transaction holds while a test goes on."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db import connection, transaction


@contextmanager
def held(lock: Callable[[], object]) -> Iterator[threading.Event]:
    """Call a function in another transaction, which ends after the block.

    It ends sooner if the block sets the event.
    """
    is_locked, may_end = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            lock()
            is_locked.set()
            may_end.wait(30)
        connection.close()

    holder = threading.Thread(target=hold)
    holder.start()
    try:
        assert is_locked.wait(30)
        yield may_end
    finally:
        may_end.set()
        holder.join()
