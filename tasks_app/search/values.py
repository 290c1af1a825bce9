"""Numbers, durations and times in a search: single values, comparisons and ranges."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Generic, TypeVar

T = TypeVar("T", int, datetime)

_UNITS = {"ms": 1, "s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000, "w": 604_800_000}
_DURATION = re.compile(r"(?:\d{1,12}(?:ms|s|m|h|d|w))+", re.ASCII)
_COUNTED = re.compile(r"(\d+)(ms|s|m|h|d|w)", re.ASCII)
_ENDS_WITH_UNIT = re.compile(r"[smhdw](?:\.\.|\Z)")
_TIME = re.compile(
    r"(\d{4}-\d\d-\d\d)(?:T(\d\d:\d\d)(:\d\d(?:\.\d{1,6})?)?(Z|[+-]\d\d:\d\d)?)?",
    re.ASCII | re.IGNORECASE,
)
_COMPARED = re.compile(r"(<=|>=|<|>)(.*)", re.DOTALL)
# A century: with it, no time leaves the calendar.
_DURATION_MAX_MS = 100 * 366 * _UNITS["d"]
# One digit more than any column stores: a column is not compared with more.
_NUMBER_LIMIT = 10**20 - 1


@dataclass(frozen=True)
class Range(Generic[T]):
    """A range of values. None at an end leaves it open.

    Attributes:
        low: The least value.
        high: The end, exclusive.
    """

    low: T | None
    high: T | None

    @property
    def is_single(self) -> bool:
        """Whether the range has a single integer."""
        return isinstance(self.low, int) and self.high == self.low + 1


class UnreadableValueError(ValueError):
    """A value has not the form of its kind. The message, if there is one, says more."""


def number_range(text: str) -> Range[int]:
    """Return the integers that a value, a comparison or a range such as `2..4` matches."""
    return _range(text, _number)


def duration_range(text: str) -> Range[int]:
    """Return the milliseconds that a value, a comparison or a range such as `1s..5s` matches."""
    return _range(text, lambda value: _single(_milliseconds(value)))


def time_range(text: str, now: datetime) -> Range[datetime]:
    """Return the times that a date, a time, an age, or a comparison or range of them matches.

    A greater age is an earlier time: `<1h` matches the last hour.
    """
    if not _ENDS_WITH_UNIT.search(text):
        return _range(text, _moment)
    ages = _range(text, lambda value: _point(_milliseconds(value)))
    if ages.low is not None and ages.low == ages.high:
        raise UnreadableValueError(f"An age needs a comparison, such as `<{text}`.")
    return Range(_before(now, ages.high), _before(now, ages.low))


def _before(now: datetime, milliseconds: int | None) -> datetime | None:
    return None if milliseconds is None else now - timedelta(milliseconds=milliseconds)


def _range(text: str, read: Callable[[str], Range[T]]) -> Range[T]:
    """Return the range of a text, given how to read a value: as the range that it covers."""
    if compared := _COMPARED.fullmatch(text):
        value = read(compared[2])
        return {
            "<": Range(None, value.low),
            "<=": Range(None, value.high),
            ">": Range(value.high, None),
            ">=": Range(value.low, None),
        }[compared[1]]
    first, is_range, last = text.partition("..")
    if not is_range:
        return read(text)
    if not first and not last:
        raise UnreadableValueError
    low = read(first).low if first else None
    high = read(last).high if last else None
    if low is not None and high is not None and low >= high:
        raise UnreadableValueError("The range is empty: its end is before its start.")
    return Range(low, high)


def _single(number: int) -> Range[int]:
    return Range(number, number + 1)


def _point(number: int) -> Range[int]:
    return Range(number, number)


def _number(text: str) -> Range[int]:
    if not re.fullmatch(r"[+-]?\d+", text, re.ASCII):
        raise UnreadableValueError
    return _single(max(-_NUMBER_LIMIT, min(int(text), _NUMBER_LIMIT)))


def _milliseconds(text: str) -> int:
    if not _DURATION.fullmatch(text):
        raise UnreadableValueError
    total = sum(int(count) * _UNITS[unit] for count, unit in _COUNTED.findall(text))
    if total > _DURATION_MAX_MS:
        raise UnreadableValueError("The maximum is 36600d.")
    return total


def _moment(text: str) -> Range[datetime]:
    """Return what a date, a minute, a second or a fraction of a second covers."""
    if not (parts := _TIME.fullmatch(text)):
        raise UnreadableValueError
    date, minute, second, zone = parts.groups()
    try:
        start = datetime.fromisoformat(
            f"{date}T{minute or '00:00'}{second or ''}{zone or ''}".upper()
        )
        start = start.replace(tzinfo=start.tzinfo or UTC).astimezone(UTC)
        return Range(start, start + _covered(minute, second))
    except (ValueError, OverflowError) as error:
        raise UnreadableValueError("There is no such date or time.") from error


def _covered(minute: str | None, second: str | None) -> timedelta:
    if not minute:
        return timedelta(days=1)
    if not second:
        return timedelta(minutes=1)
    return timedelta(microseconds=1) if "." in second else timedelta(seconds=1)
