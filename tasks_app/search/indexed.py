"""Conditions on IDs and times of creation, which the primary key serves: IDs sort by creation."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Model, Q, QuerySet, Subquery, TextField, Value
from django.db.models.functions import Cast, Coalesce

from tasks_app.models.base import uuid7_floor
from tasks_app.search.keys import RECENT_MAX
from tasks_app.search.parser import UUID_DIGITS

# The times of two clocks: IDs are made by web processes, and `created_at` by the database.
_CLOCKS_DIFFER_BY = timedelta(minutes=5)


def created_between(low: datetime | None, high: datetime | None) -> Q:
    """Match rows that were created at `low` or later, and before `high`. None for no limit."""
    q = Q()
    if low is not None:
        low = _in_utc(low)
        q &= Q(created_at__gte=low, pk__gte=_floor(low, -_CLOCKS_DIFFER_BY))
    if high is not None:
        high = _in_utc(high)
        q &= Q(created_at__lt=high, pk__lt=_floor(high, _CLOCKS_DIFFER_BY))
    return q


def _in_utc(time: datetime) -> datetime:
    # PostgreSQL refuses some offsets that Python accepts, such as +20:00.
    try:
        return time.astimezone(UTC)
    except OverflowError:  # At an end of the calendar.
        first, last = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
        return first if time.year == 1 else last


def _floor(time: datetime, shift: timedelta) -> UUID:
    try:
        return uuid7_floor(time + shift)
    except (OverflowError, ValueError):  # Before 1970, or at an end of the calendar.
        return UUID(int=0) if time.year < 1971 else UUID(int=2**128 - 1)


def with_digits(model: type[Model], digits: str) -> Q:
    """Match rows whose UUID begins with these digits, or recent ones whose UUID ends with them.

    Args:
        model: The model of the rows.
        digits: Up to 32 hexadecimal digits in lower case, without hyphens.
    """
    return in_any(*ids_with_digits(model, digits))


def in_any(*ids: QuerySet[Model, Mapping[str, object]]) -> Q:
    """Match rows whose ID is in one of the lists, each of which is read once.

    With `|`, PostgreSQL would compare all rows with each list.
    """
    first, *others = ids
    return Q(pk__in=first.union(*others, all=True))


def ids_with_digits(
    model: type[Model], digits: str
) -> Iterator[QuerySet[Model, Mapping[str, object]]]:
    """Yield the IDs that begin with these digits, and those of recent rows that end with them.

    The digits at the end have no index, so only the newest `RECENT_MAX` rows are compared.
    """
    rows = model._default_manager.all()
    first, last = UUID(digits.ljust(UUID_DIGITS, "0")), UUID(digits.ljust(UUID_DIGITS, "f"))
    yield rows.filter(pk__gte=first, pk__lte=last).values("pk")
    if first == last:
        return
    ending = (
        rows.filter(newest(rows))
        .annotate(text=Cast("pk", TextField()))
        .filter(text__endswith=_suffix(digits))
    )
    yield ending.values("pk")


def newest(rows: QuerySet[Any]) -> Q:
    """Match the newest `RECENT_MAX` of these rows, and all other rows since the oldest of them."""
    oldest = rows.order_by("-pk").values("pk")[RECENT_MAX - 1 : RECENT_MAX]
    return Q(pk__gte=Coalesce(Subquery(oldest), Value(UUID(int=0))))


def _suffix(digits: str) -> str:
    """The end of a UUID in its usual form, with hyphens."""
    hyphens = sum(len(digits) > from_the_end for from_the_end in (12, 16, 20, 24))
    return str(UUID(digits.rjust(UUID_DIGITS, "0")))[-(len(digits) + hyphens) :]
