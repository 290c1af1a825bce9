"""Checks that several services share, and their errors: ValidationError with a code, by field."""

from datetime import UTC, datetime

from django.core.exceptions import ValidationError

from tasks_app.options import Option

NOTE_MAX_LENGTH = 10_000
QUOTED_MAX = 100
NOT_STORABLE = "must not contain NUL characters or unpaired surrogates."


def error(message: str, code: str) -> ValidationError:
    """Return an error of one field."""
    return ValidationError(message, code=code)


def field_error(field: str, message: str, code: str) -> ValidationError:
    """Return the errors of an input with an error of one field."""
    return ValidationError({field: error(message, code)})


def aware(time: datetime) -> datetime:
    """Return a time with a zone; one without is taken as UTC."""
    return time.replace(tzinfo=UTC) if time.tzinfo is None else time


def utc(time: datetime) -> datetime:
    """Return a time in UTC; one without a zone is taken as UTC.

    Raises:
        OverflowError: In UTC, the time is before the year 1 or after the year 9999.
    """
    return aware(time).astimezone(UTC)


def range_error(option: Option) -> ValidationError:
    """Return the error of a value that is not an integer in the option's range."""
    message = f"Must be an integer from {option.minimum:,} to {option.maximum:,}."
    return error(message, "out_of_range")


def is_storable(text: str) -> bool:
    """Return whether PostgreSQL can store a text.

    JSON can contain NUL characters and unpaired surrogates, which a text in UTF-8 cannot.
    """
    return "\0" not in text and not any("\ud800" <= letter <= "\udfff" for letter in text)


def text_error(max_length: int) -> ValidationError:
    """Return the error of a text that is too long or cannot be stored."""
    message = f"Must be at most {max_length} characters, without NUL or unpaired surrogates."
    return error(message, "invalid")


def quoted(text: str) -> str:
    """Return a text that a client sent, shortened, as messages show it."""
    return f"`{text if len(text) <= QUOTED_MAX else f'{text[:QUOTED_MAX]}…'}`"


def check_name(name: str) -> None:
    """Raise ValidationError if no object can have this name, because it cannot be stored."""
    if not is_storable(name):
        raise ValidationError({"name": error(f"The name {NOT_STORABLE}", "invalid")})


def check_note(note: str) -> None:
    """Raise ValidationError if a note is too long or cannot be stored."""
    if len(note) > NOTE_MAX_LENGTH or not is_storable(note):
        raise ValidationError({"note": text_error(NOTE_MAX_LENGTH)})
