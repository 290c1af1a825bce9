"""A pytest plugin: empties the database in milliseconds after a test that commits.

Django truncates every table, which creates the files of each and of its indexes anew, and then
looks for missing permissions and content types. That takes half a second after each such test.
"""

import pytest
from django.db import OperationalError, connections, transaction
from django.db.backends.utils import CursorWrapper
from django.test import TransactionTestCase
from psycopg2.errors import DeadlockDetected

from tasks_app.apps import create_default_queue

# Migrations fill them.
KEPT = {"django_migrations", "django_content_type", "auth_permission"}
# Deleted rows of a larger table would slow the next tests down until it is vacuumed.
DELETABLE_BYTES_MAX = 2**20


def pytest_configure(config: pytest.Config) -> None:
    TransactionTestCase._fixture_teardown = _empty_databases  # type: ignore[attr-defined]


def _empty_databases(test: TransactionTestCase) -> None:
    for alias in test._databases_names(include_mirrors=False):  # type: ignore[attr-defined]
        try:
            _empty_database(alias)
        except OperationalError as error:
            if not isinstance(error.__cause__, DeadlockDetected):
                raise
            # With a node that still runs, and whose transaction has ended by now.
            _empty_database(alias)


def _empty_database(alias: str) -> None:
    # In one transaction, at whose end the foreign keys are checked.
    with transaction.atomic(using=alias), connections[alias].cursor() as cursor:
        _empty_tables(cursor, alias)


def _empty_tables(cursor: CursorWrapper, alias: str) -> None:
    tables = set(connections[alias].introspection.table_names(cursor)) - KEPT
    filled = [f"SELECT '{t}' WHERE EXISTS (SELECT FROM \"{t}\")" for t in sorted(tables)]
    cursor.execute(" UNION ALL ".join(filled))
    names = [name for (name,) in cursor.fetchall()]
    sizes = "SELECT name FROM unnest(%s) name WHERE pg_table_size(name::regclass) > %s"
    cursor.execute(sizes, [names, DELETABLE_BYTES_MAX])
    large = {name for (name,) in cursor.fetchall()}
    for name in large:
        cursor.execute(f'TRUNCATE "{name}" CASCADE')
    for name in names:
        if name not in large:
            cursor.execute(f'DELETE FROM "{name}"')
    create_default_queue(using=alias)
