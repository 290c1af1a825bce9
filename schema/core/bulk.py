"""What the mutations that create many objects have in common."""

from collections.abc import Iterable
from typing import Any, Protocol

import strawberry


class Row(Protocol):
    """A row of such a mutation."""

    idempotency_key: str | None


def list_key_field() -> Any:
    """Return the input field with the idempotency key of a whole list."""
    return strawberry.field(
        default=None,
        description=(
            "The idempotency key of the whole list. Rows without a key of their own get one that is"
            " made of it and their number. Default null: none."
        ),
    )


def set_row_keys(rows: Iterable[Row], list_key: str | None) -> None:
    """Give a key to each row that has none of its own, if the list has one."""
    if list_key:
        for number, row in enumerate(rows):
            row.idempotency_key = row.idempotency_key or f"{list_key}/{number}"
