"""Cron expressions: their syntax, and their words. Pure."""

from datetime import datetime
from functools import lru_cache

from cronsim import CronSim, CronSimError
from cronsim.explain import Expression

from tasks_app.recurrence.zones import zone_names

EXPRESSION_MAX_LENGTH = 255
ALIASES = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
}

# The lengths are those of django-celery-beat's columns.
_FIELDS = {
    "minute": 240,
    "hour": 96,
    "day of month": 124,
    "month": 64,
    "day of week": 64,
}
# A leap year; every date that exists comes within the 50 years for which cronsim searches.
_SOME_TIME = datetime(2000, 1, 1)  # noqa: DTZ001  a wall clock


class InvalidCronError(ValueError):
    """An expression that is not valid or never matches. The message is for users."""


def parse(text: str) -> str:
    """Return the five fields of an expression or alias, or raise InvalidCronError."""
    if len(text) > EXPRESSION_MAX_LENGTH:
        raise InvalidCronError(f"Must have at most {EXPRESSION_MAX_LENGTH} characters.")
    text = text.strip()
    if text.startswith("@"):
        if text.lower() not in ALIASES:
            raise InvalidCronError(f"The alias must be one of {', '.join(ALIASES)}.")
        return ALIASES[text.lower()]
    fields = text.upper().split()
    if len(fields) != len(_FIELDS):
        raise InvalidCronError(f"Must have exactly five fields: {', '.join(_FIELDS)}.")
    for field, (name, length) in zip(fields, _FIELDS.items(), strict=True):
        if len(field) > length:
            raise InvalidCronError(f"The field {name} must have at most {length} characters.")
    expression = " ".join(fields)
    try:
        next(CronSim(expression, _SOME_TIME))
    except CronSimError as error:
        name = str(error).removeprefix("Bad ").replace("-", " ")
        raise InvalidCronError(f"The field {name} is not valid or never matches.") from error
    except StopIteration as error:
        raise InvalidCronError("No date matches the expression.") from error
    return expression


@lru_cache(maxsize=4096)
def is_valid(expression: str, time_zone: str) -> bool:
    """Return whether an expression that came through `parse`, and its time zone, are valid."""
    try:
        return parse(expression) == expression and time_zone in zone_names()
    except InvalidCronError:
        return False


def fields_of(expression: str) -> CronSim:
    """Return an expression's fields: the sets of minutes, hours and months, and `match_day`."""
    return CronSim(expression, _SOME_TIME)


def words_of(expression: str) -> str:
    """Return an expression in words.

    The words are cronsim's. Those of cron-descriptor say "only on Friday" for a day of week that
    adds to a day of month.
    """
    return str(Expression(["0", *expression.split()]).explain())
