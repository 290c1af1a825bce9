"""The scalars of the schema."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from typing import Any, NewType
from uuid import UUID

import strawberry

from schema.core.errors import InvalidValueError

BigInt = NewType("BigInt", int)


def _integer(value: object) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    # `int` also accepts blanks, underscores and digits of other scripts.
    if isinstance(value, str) and re.fullmatch(r"-?[0-9]+", value):
        return int(value)
    raise TypeError("must be an integer, or a string of one")


def _time(value: object) -> datetime:
    if not isinstance(value, str):
        raise TypeError("must be a string")
    try:
        moment = datetime.fromisoformat(value)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("is too early or too late") from error


def _reading(parse: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Make a parser for literals in documents, which can be of any type."""

    def read(value: object) -> Any:
        try:
            return parse(value)
        except (TypeError, ValueError, AttributeError) as error:
            raise InvalidValueError(str(error)) from error

    return read


SCALARS: dict[object, Any] = {
    BigInt: strawberry.scalar(
        name="BigInt",
        description=(
            "An integer of any size. Returned as a string, because many clients lose"
            " digits of large"
            " JSON numbers. Accepted as a string or as an integer."
        ),
        serialize=str,
        parse_value=_reading(_integer),
    ),
    UUID: strawberry.scalar(
        name="UUID",
        description="A UUID in its usual form, with hyphens.",
        serialize=str,
        parse_value=_reading(UUID),
    ),
    datetime: strawberry.scalar(
        name="DateTime",
        description=(
            "A time in the format ISO 8601. Returned in UTC. A time without a zone is taken as UTC."
        ),
        serialize=lambda time: time.astimezone(UTC).isoformat(),
        parse_value=_reading(_time),
    ),
    date: strawberry.scalar(
        name="Date",
        description="A date in the format ISO 8601, such as 2027-12-24.",
        serialize=date.isoformat,
        parse_value=_reading(date.fromisoformat),
    ),
    time: strawberry.scalar(
        name="Time",
        description="A time of day in the format ISO 8601, such as 18:00.",
        serialize=lambda clock: clock.isoformat(timespec="minutes"),
        parse_value=_reading(time.fromisoformat),
    ),
}
