"""Parses a search text into terms."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeAlias

from tasks_app.search.errors import SearchError, shortened
from tasks_app.search.keys import FRAGMENT_MIN, KEYS, Key, Kind
from tasks_app.search.tokens import Part, Token, tokens
from tasks_app.search.values import (
    Range,
    UnreadableValueError,
    duration_range,
    number_range,
    time_range,
)

LENGTH_MAX = 1_000
# In all terms together. Some values take the database some tens of milliseconds each.
VALUES_MAX = 50
UUID_DIGITS = 32
# A number of as many digits as the lists show of an ID may be one, too.
SHORT_ID_DIGITS = 8

Value: TypeAlias = "str | Range[int] | Range[datetime]"


@dataclass(frozen=True)
class Term:
    """A condition on tasks. A task matches if it matches one of the values; or none, if negated.

    Attributes:
        key: The key. None for a word without a key.
        values: The values: a range for numbers, durations and times, the hexadecimal digits for
            IDs, and the text for others.
        is_negated: Whether the tasks that match are left out.
        number: The number that a word without a key stands for.
    """

    key: Key | None
    values: tuple[Value, ...]
    is_negated: bool = False
    number: Range[int] | None = None


def parse(text: str, now: datetime | None = None) -> list[Term]:
    """Return the terms of a search. A task matches the search if it matches all of them.

    Args:
        text: The search text.
        now: The time from which ages count. Default the present time.

    Raises:
        SearchError: A term is not valid. It names the first such term.
    """
    check_text(text)
    now = now or datetime.now(UTC)
    if count_values(text) > VALUES_MAX:
        message = f"The search must not have more than {VALUES_MAX} values."
        raise SearchError(message, 0, len(text))
    return [_term(token, now) for token in tokens(text)]


def check_text(text: str) -> None:
    """Raise SearchError if a text is too long, or has characters that the database refuses."""
    if len(text) > LENGTH_MAX:
        raise SearchError(
            f"The search must not have more than {LENGTH_MAX:,} characters.", LENGTH_MAX, len(text)
        )
    if invalid := re.search("[\0\ud800-\udfff]", text):
        message = "The search must not contain NUL characters or unpaired surrogates."
        raise SearchError(message, invalid.start(), invalid.end())


def count_values(text: str) -> int:
    """Return the number of values in all terms of a search."""
    return sum(len(token.values) for token in tokens(text))


def _term(token: Token, now: datetime) -> Term:
    if token.key is None:
        return _word(token)
    key = KEYS.get(token.key.text.lower())
    if key is None:
        raise SearchError(
            f"There is no key {shortened(token.key.text)}. The keys are {', '.join(KEYS)}.",
            token.key.start,
            token.key.end,
            list(KEYS),
        )
    values = tuple(_value(token, key, part, now) for part in token.values)
    return Term(key, values, token.is_negated)


def _value(token: Token, key: Key, part: Part, now: datetime) -> Value:
    text = part.content()
    try:
        return _READERS[key.kind](text, key, now)
    except UnreadableValueError as error:
        message = _message(token, key, part, str(error))
        raise SearchError(message, part.start, part.end, key.allowed) from error


def _message(token: Token, key: Key, part: Part, reason: str) -> str:
    term = shortened(token.text)
    if reason:
        return f"{term} is not valid. {reason}"
    if key.choices:
        allowed = f"Allowed are {', '.join(key.choices)}."
    else:
        allowed = f"Examples are {', '.join(map(shortened, key.allowed))}."
    problem = f"{shortened(part.text)} is not {key.kind.form}" if part.text else "it has no value"
    return f"{term} is not valid: {problem}. {allowed}"


def _choice(text: str, key: Key, now: datetime) -> str:
    if text.lower() not in key.choices:
        raise UnreadableValueError
    return text.lower()


def _digits(text: str, key: Key, now: datetime) -> str:
    digits = text.replace("-", "").lower()
    if not re.fullmatch(rf"[0-9a-f]{{{FRAGMENT_MIN},{UUID_DIGITS}}}", digits):
        raise UnreadableValueError
    return digits


def _same(text: str, key: Key, now: datetime) -> str:
    if not text:
        raise UnreadableValueError
    return text


_READERS: dict[Kind, Callable[[str, Key, datetime], Value]] = {
    Kind.CHOICE: _choice,
    Kind.ID: _digits,
    Kind.NAME: _same,
    Kind.TEXT: _same,
    Kind.NUMBER: lambda text, key, now: number_range(text),
    Kind.DURATION: lambda text, key, now: duration_range(text),
    Kind.TIME: lambda text, key, now: time_range(text, now),
}


def _word(token: Token) -> Term:
    """Return the term of a word without a key: a number, an ID or a part of one, or both."""
    text = token.text
    number = number_range(text) if re.fullmatch(r"[+-]?\d+", text, re.ASCII) else None
    digits = text.replace("-", "").lower()
    is_id = re.fullmatch(r"[0-9a-f][0-9a-f-]*", text, re.ASCII | re.IGNORECASE) and (
        (FRAGMENT_MIN if number is None else SHORT_ID_DIGITS) <= len(digits) <= UUID_DIGITS
    )
    if number is None and not is_id:
        raise SearchError(
            f"{shortened(text)} is neither a number (A, B or the result) nor"
            f" {FRAGMENT_MIN} or more digits of an ID. To search for something else, write a key"
            f" and a value, such as `status:failed`. The keys are {', '.join(KEYS)}.",
            token.start,
            token.end,
            [f"{name}:" for name in KEYS],
        )
    return Term(None, (digits,) if is_id else (), number=number)
