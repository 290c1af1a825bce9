"""How transactions begin, so that the log tells what happens to a task in order.

The log is read in the order of transaction ids. A transaction that has its id already, and then
waits for a row, may get the row after a transaction with a higher id: its event would come first in
the log. Such a transaction is rolled back and run again, with a new id.
"""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from django.db import connection, transaction

TRIES = 10

P = ParamSpec("P")
T = TypeVar("T")


class OutOfOrderError(Exception):
    """A transaction with a higher id has changed the same task before."""


def in_transaction(function: Callable[P, T]) -> Callable[P, T]:
    """Run a function in a transaction, or in the one that has begun already.

    The function may be run more than once; it must not have effects outside of the database.
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
