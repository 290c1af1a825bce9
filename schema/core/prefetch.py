"""Loads in bulk what a selection needs: a query for each relation, however many rows there are."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import strawberry
from django.db.models import Model, QuerySet
from strawberry.types.nodes import SelectedField, Selection

Prefetch = Callable[[Sequence[Any], dict[str, Any]], Iterable[Any]]
_loads: dict[tuple[type[Model], str], Prefetch] = {}


def prefetches(model: type[Model], field: str) -> Callable[[Prefetch], Prefetch]:
    """Declare what a field of the type drawn from this model needs.

    The function gets the rows and the field's arguments, and answers the rows it led to.
    """

    def declare(load: Prefetch) -> Prefetch:
        _loads[model, field] = load
        return load

    return declare


def prefetch_for(info: strawberry.Info, rows: Sequence[Model], *path: str) -> None:
    """Prefetch what is selected of these rows; `path` leads to them from the field in hand."""
    selections = [selection for field in info.selected_fields for selection in field.selections]
    for name in path:
        selections = [
            selection
            for field in _fields(selections)
            if field.name == name
            for selection in field.selections
        ]
    _load(rows, selections)


def prefetch_one(row: Model, field: str) -> None:
    """Prefetch what a field of one row needs, where it was not loaded with others."""
    _loads[type(row), field]([row], {})


def fetch_selected(info: strawberry.Info, found: QuerySet[Any]) -> list[Any]:
    """The rows, with what is selected of them."""
    rows = list(found)
    prefetch_for(info, rows)
    return rows


def selects(info: strawberry.Info, name: str) -> bool:
    """Whether the operation selects this field of the one that is being resolved."""
    return any(
        field.name == name for top in info.selected_fields for field in _fields(top.selections)
    )


def _load(rows: Sequence[Model], selections: Iterable[Selection]) -> None:
    if not rows:
        return
    for field in _fields(selections):
        if load := _loads.get((type(rows[0]), field.name)):
            reached = {row.pk: row for row in load(rows, field.arguments)}
            _load(list(reached.values()), field.selections)


def _fields(selections: Iterable[Selection]) -> Iterator[SelectedField]:
    for selection in selections:
        if isinstance(selection, SelectedField):
            yield selection
        else:
            yield from _fields(selection.selections)
