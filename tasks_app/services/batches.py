"""Rows in batches, for changes with a transaction for each batch or row."""

from collections.abc import Iterator
from typing import TypeVar
from uuid import UUID

from django.db.models import Model, QuerySet

from tasks_app.models import uuid7

# How many rows a batch has. A transaction that changes as many holds its locks shortly.
BATCH = 1_000

M = TypeVar("M", bound=Model)


def ids_in_batches(rows: QuerySet[M]) -> Iterator[list[UUID]]:
    """Yield the IDs of rows in batches, oldest first, without rows created meanwhile."""
    done, end = UUID(int=0), uuid7()
    while ids := list(
        rows.filter(pk__gt=done, pk__lt=end).order_by("pk").values_list("pk", flat=True)[:BATCH]
    ):
        yield ids
        done = ids[-1]
