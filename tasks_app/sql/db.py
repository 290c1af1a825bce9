"""Runs SQL statements, one at a time, on Django's connection."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import connection

# Named parameters of a statement.
Params = Mapping[str, Any]
# The values of a row, whose types only the statement knows.
Row = tuple[Any, ...]


def fetch(sql: str, params: Params | None = None) -> list[Row]:
    """Run one statement.

    Args:
        sql: The statement.
        params: Its named parameters.

    Returns:
        The rows; an empty list if the statement returns none.
    """
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall() if cursor.description else []


def columns(names: Iterable[str], rows: Sequence[Sequence[object]]) -> dict[str, list[object]]:
    """Return rows as named columns: the parameters of a statement that calls `unnest`.

    Args:
        names: The names of the columns.
        rows: At least one row, each with a value for every name.
    """
    return dict(zip(names, map(list, zip(*rows, strict=True)), strict=True))
