"""How statements are run: one at a time, on Django's connection."""

from collections.abc import Sequence
from typing import Any

from django.db import connection


def fetch(sql: str, params: Any = ()) -> list[tuple[Any, ...]]:
    """Run one statement and return its rows; none if it returns no rows."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall() if cursor.description else []


def columns(rows: Sequence[Sequence[Any]]) -> list[list[Any]]:
    """Return the columns of some rows, as `unnest` takes them."""
    return [list(column) for column in zip(*rows, strict=True)]
