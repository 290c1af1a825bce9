"""PostgreSQL's backend, except that each connection fails and says how to get a database.

The error is an OperationalError, as for a server that cannot be reached: commands that can do
without a database, such as `makemigrations`, go on.
"""

from collections.abc import Iterable
from typing import NoReturn

from django.db import OperationalError
from django.db.backends.postgresql import base, client

from project.standalone import environment


class NoDatabaseError(OperationalError):
    """No stack runs, and DATABASE_URL is not set."""


def _fail() -> NoReturn:
    raise NoDatabaseError(environment.no_stack_message())


class DatabaseClient(client.DatabaseClient):
    """The client of `dbshell`, which does not connect by itself."""

    def runshell(self, parameters: Iterable[str]) -> None:
        """Raise NoDatabaseError."""
        _fail()


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection that cannot be opened."""

    client_class = DatabaseClient

    def get_connection_params(self) -> NoReturn:
        """Raise NoDatabaseError."""
        _fail()
