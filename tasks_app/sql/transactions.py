"""Opens transactions so that the log has the events of a task in the order of the changes.

The log is read in the order of transaction IDs. A transaction that already has an ID and waits for
a row may get the row after a transaction with a higher ID. Its event would then come first in the
log, so it is rolled back and run again with a new ID.
"""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from django.db import connection, transaction

TRIES = 10

P = ParamSpec("P")
T = TypeVar("T")


class OutOfOrderError(Exception):
    """A transaction with a higher ID has already changed the same task."""


def in_transaction(function: Callable[P, T]) -> Callable[P, T]:
    """Decorate a function to run in a transaction, or in a savepoint of the current one.

    The function may be run more than once, so it must have no effects outside of the database.
    """

    @wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> T:
        if connection.in_atomic_block:
            with transaction.atomic():
                return function(*args, **kwargs)
        for _ in range(TRIES - 1):
            try:
                with transaction.atomic():
                    return function(*args, **kwargs)
            except OutOfOrderError:
                pass
        with transaction.atomic():
            return function(*args, **kwargs)

    return run


def in_snapshot(function: Callable[P, T]) -> Callable[P, T]:
    """Decorate a function that only reads: its statements see the same state of the database.

    Inside of a transaction, they see what that transaction sees.
    """

    @wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> T:
        if connection.in_atomic_block:
            return function(*args, **kwargs)
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            return function(*args, **kwargs)

    return run
