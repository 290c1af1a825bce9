"""Loads in bulk what a selection needs: a query for each relation, however many rows there are."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Generic, TypeVar

import strawberry
from django.db.models import Model, QuerySet
from strawberry.types.nodes import SelectedField, Selection

T = TypeVar("T")
M = TypeVar("M", bound=Model)

# The arguments of a field, as they are in the document or in the variables.
Arguments = dict[str, Any]
# A function of the rows and the field's arguments. Its rows are of one model or several.
Prefetch = Callable[..., Iterable[Model]]
P = TypeVar("P", bound=Prefetch)
_loads: dict[tuple[type[Model], str], Prefetch] = {}


class Loaded(Generic[T]):
    """Values that the function of `prefetches` for a field keeps on rows, for its resolver."""

    def __init__(self, field: str) -> None:
        self._field = field
        self.attribute = f"loaded_{field}"

    def set(self, row: Model, value: T) -> None:
        """Keep the value of a row."""
        vars(row)[self.attribute] = value

    def of(self, row: Model) -> T:
        """Return the value of a row. It is loaded if it was not loaded with other rows."""
        if self.attribute not in vars(row):
            _loads[type(row), self._field]([row], {})
        value: T = vars(row)[self.attribute]
        return value


def prefetches(model: type[Model], field: str) -> Callable[[P], P]:
    """Declare what a field of the type drawn from this model needs.

    The function gets the rows and the field's arguments, and answers the rows it led to.
    """

    def declare(load: P) -> P:
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


def fetch_selected(info: strawberry.Info, found: QuerySet[M]) -> list[M]:
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
