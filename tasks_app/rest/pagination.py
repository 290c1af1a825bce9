"""Pages of lists, newest first: JSON arrays, with the next page in the `Link` header (RFC 8288)."""

from typing import TypeVar
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.utils.urls import replace_query_param

from tasks_app.models import BaseModel

PAGE_DEFAULT, PAGE_MAX = 100, 1000

PAGING_PARAMETERS = [
    OpenApiParameter(
        "limit",
        OpenApiTypes.INT,
        description=f"The size of the page, 1 to {PAGE_MAX:,}. Default {PAGE_DEFAULT}.",
    ),
    OpenApiParameter(
        "cursor",
        OpenApiTypes.STR,
        description="Where the page begins. The `Link` header of the previous page has it.",
    ),
]

Row = TypeVar("Row", bound=BaseModel)


def newest_first(request: Request, *disjoint: QuerySet[Row]) -> tuple[list[Row], dict[str, str]]:
    """Return the requested page of one or more disjoint sets of rows, and its headers.

    IDs sort by time, so an ID is the cursor. Each set is read in the order of its own index.
    """
    limit = _limit(request.query_params.get("limit"))
    if cursor := request.query_params.get("cursor"):
        disjoint = tuple(rows.filter(pk__lt=_id(cursor)) for rows in disjoint)
    first, *others = (rows.order_by("-pk")[: limit + 1] for rows in disjoint)
    if others:
        first = first.union(*others, all=True).order_by("-pk")[: limit + 1]
    page = list(first)
    if len(page) <= limit:
        return page, {}
    page.pop()
    following = replace_query_param(request.build_absolute_uri(), "cursor", page[-1].pk.hex)
    return page, {"Link": f'<{following}>; rel="next"'}


def _limit(text: str | None) -> int:
    if text is None:
        return PAGE_DEFAULT
    if not (text.isascii() and text.isdigit() and len(text) < 5 and 1 <= int(text) <= PAGE_MAX):
        raise ValidationError({"limit": [f"Must be an integer from 1 to {PAGE_MAX}."]})
    return int(text)


def _id(cursor: str) -> UUID:
    try:
        return UUID(hex=cursor)
    except ValueError as error:
        raise ValidationError(
            {"cursor": ["Must be a cursor of this list, from the URL in a Link header."]}
        ) from error
