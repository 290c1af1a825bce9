"""Lists by pages (Relay's connections), with keyset pagination: every page costs the same."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Generic, TypeVar
from uuid import UUID

import strawberry
from django.db import connection
from django.db.models import BooleanField, F, Func, Model, QuerySet, Value

from schema.core.prefetch import prefetch_for
from schema.core.relay import BadInputError

PAGE_DEFAULT, PAGE_MAX = 50, 100
# Beyond this many, rows are not counted one by one.
COUNT_MAX = 10_000

First = Annotated[
    int | None,
    strawberry.argument(
        description=(f"Returns the first n elements, 0 to {PAGE_MAX}. Default {PAGE_DEFAULT}.")
    ),
]
After = Annotated[
    str | None,
    strawberry.argument(
        description="Returns the elements that come after the cursor. Null for the first page."
    ),
]
Last = Annotated[
    int | None,
    strawberry.argument(
        description=f"Returns the last n elements, 0 to {PAGE_MAX}. Null to use `first`."
    ),
]
Before = Annotated[
    str | None,
    strawberry.argument(
        description="Returns the elements that come before the cursor. Null for the last page."
    ),
]

Row = TypeVar("Row")
M = TypeVar("M", bound=Model)


@strawberry.type(description="Information about a page of a list.")
class PageInfo:
    has_next_page: bool = strawberry.field(description="Whether there are elements after the page.")
    has_previous_page: bool = strawberry.field(
        description=("Whether there are elements before the page.")
    )
    start_cursor: str | None = strawberry.field(
        description=("The cursor of the first element. Null if the page is empty.")
    )
    end_cursor: str | None = strawberry.field(
        description=(
            "The cursor of the last element, for the argument `after` of the next page."
            " Null if the page is empty."
        )
    )


@strawberry.type(description="An element of a page with its cursor.")
class Edge(Generic[Row]):
    cursor: str = strawberry.field(description="The opaque position of the element in the list.")
    node: Row = strawberry.field(description="The element itself.")


@strawberry.type(description="A page of a list.")
class Connection(Generic[Row]):
    edges: list[Edge[Row]] = strawberry.field(
        description=("The elements of the page with their cursors.")
    )
    page_info: PageInfo = strawberry.field(description="Information about the page.")
    rows: strawberry.Private[QuerySet[Model]]

    @strawberry.field(description="The elements of the page without cursors.")
    def nodes(self) -> list[Row]:
        return [edge.node for edge in self.edges]

    @strawberry.field(
        description=(
            f"The number of elements of the whole list. Exact up to {COUNT_MAX:,}, and"
            " an estimate beyond."
        )
    )
    def total_count(self) -> int:
        return _count(self.rows)[0]

    @strawberry.field(description="Whether `totalCount` is an estimate of the database.")
    def total_count_is_estimate(self) -> bool:
        return _count(self.rows)[1]


@dataclass(frozen=True)
class Order:
    """An order by a column and then by ID, in one direction, as an index has it."""

    name: str
    column: str = ""
    descending: bool = True


@dataclass(frozen=True)
class Page:
    """The arguments of a page.

    Raises:
        BadInputError: They contradict each other or are out of range.
    """

    first: int | None = None
    after: str | None = None
    last: int | None = None
    before: str | None = None

    def __post_init__(self) -> None:
        if self.first is not None and self.last is not None:
            raise BadInputError("`first` and `last` must not be given together.")
        if not 0 <= self.size <= PAGE_MAX:
            raise BadInputError(f"`first` and `last` must be between 0 and {PAGE_MAX}.")

    @property
    def size(self) -> int:
        size = self.first if self.first is not None else self.last
        return PAGE_DEFAULT if size is None else size

    @property
    def is_backward(self) -> bool:
        return self.last is not None


def paginate(rows: QuerySet[M], order: Order, page: Page) -> tuple[list[Edge[M]], PageInfo]:
    """Return a page of the rows. It takes one query, which reads no row before the page."""
    descending = order.descending != page.is_backward
    wanted = rows
    if page.after:
        wanted = _beyond(wanted, order, page.after, less=order.descending)
    if page.before:
        wanted = _beyond(wanted, order, page.before, less=not order.descending)
    sign = "-" if descending else ""
    keys = [f"{sign}{column}" for column in (order.column, "pk") if column]
    found = list(wanted.order_by(*keys)[: page.size + 1])
    has_more = len(found) > page.size
    found = found[: page.size]
    if page.is_backward:
        found.reverse()
    edges = [Edge(cursor=_cursor(order, row), node=row) for row in found]
    info = PageInfo(
        has_next_page=bool(page.before) if page.is_backward else has_more,
        has_previous_page=has_more if page.is_backward else bool(page.after),
        start_cursor=edges[0].cursor if edges else None,
        end_cursor=edges[-1].cursor if edges else None,
    )
    return edges, info


def _beyond(rows: QuerySet[M], order: Order, cursor: str, *, less: bool) -> QuerySet[M]:
    value, pk = _read_cursor(order, cursor)
    than = "lt" if less else "gt"
    if not order.column:
        return rows.filter(**{f"pk__{than}": pk})
    # A comparison of tuples is one range of the index; `a < x OR a = x AND id < y` would read
    # everything before it.
    here = Func(F(order.column), F("pk"), template="(%(expressions)s)")
    there = Func(Value(value), Value(pk), template="(%(expressions)s)")
    sign = " < " if less else " > "
    return rows.filter(
        Func(here, there, template="%(expressions)s", arg_joiner=sign, output_field=BooleanField())
    )


def _cursor(order: Order, row: Model) -> str:
    value = getattr(row, order.column).isoformat() if order.column else ""
    return base64.urlsafe_b64encode(f"{order.name}|{value}|{row.pk}".encode()).decode()


def _read_cursor(order: Order, cursor: str) -> tuple[datetime | None, UUID]:
    try:
        name, value, pk = base64.urlsafe_b64decode(cursor).decode().split("|")
        if name != order.name:
            raise BadInputError(
                "The cursor is of a list in another order. Start at the first page."
            )
        # Cursors have times with a zone; others were not made by this API.
        return (_aware(value) if order.column else None), UUID(pk)
    except (ValueError, OverflowError) as error:
        raise BadInputError(
            "`after` and `before` must be cursors of this list, from `pageInfo`."
        ) from error


def _aware(text: str) -> datetime:
    time = datetime.fromisoformat(text)
    if time.tzinfo is None:
        raise ValueError("no zone")
    return time.astimezone(UTC)


def _count(rows: QuerySet[Model]) -> tuple[int, bool]:
    """Return the number of rows, and whether it is an estimate."""
    if (count := rows.order_by()[: COUNT_MAX + 1].count()) <= COUNT_MAX:
        return count, False
    sql, params = rows.order_by().values("pk").query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}", params)
        [(plan,)] = cursor.fetchall()
    return max(COUNT_MAX + 1, int(plan[0]["Plan"]["Plan Rows"])), True


def prefetch_page(info: strawberry.Info, edges: Sequence[Edge[M]]) -> None:
    """Load what the operation selects of the elements of a page."""
    rows = [edge.node for edge in edges]
    prefetch_for(info, rows, "nodes")
    prefetch_for(info, rows, "edges", "node")
