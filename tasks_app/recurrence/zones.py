"""Time zones of the pinned `tzdata` package, and the stretches of time with one UTC offset. Pure.

Zones come from the package and not from the machine, so that every process has the same rules.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache, lru_cache
from importlib import resources
from typing import NamedTuple
from zoneinfo import ZoneInfo

_DAY = timedelta(days=1)
_SECOND = timedelta(seconds=1)


class Change(NamedTuple):
    """A change of a zone's UTC offset."""

    at: datetime
    before: timedelta
    after: timedelta


class Stretch(NamedTuple):
    """A time in which the UTC offset of a zone is constant.

    `change` is the change that began it, or None if there was none in the year before.
    """

    change: Change | None
    begin: datetime
    end: datetime
    offset: timedelta


@cache
def zone_names() -> frozenset[str]:
    """Return the names of the IANA time zones."""
    return frozenset(resources.files("tzdata").joinpath("zones").read_text().split())


def is_zone(name: str) -> bool:
    """Return whether there is an IANA time zone with this name."""
    return name in zone_names()


@cache
def zone(name: str) -> ZoneInfo:
    """Return the time zone with this name; KeyError if there is none."""
    if name not in zone_names():
        raise KeyError(name)
    with resources.files("tzdata").joinpath("zoneinfo", *name.split("/")).open("rb") as file:
        return ZoneInfo.from_file(file, key=name)


def stretches(name: str, time: datetime) -> Iterator[Stretch]:
    """Yield the stretch that contains a time, and those that follow. A new year begins one too."""
    while True:
        stretch = _stretch_at(name, time)
        yield stretch
        time = stretch.end


def _stretch_at(name: str, time: datetime) -> Stretch:
    year = time.astimezone(UTC).year
    known = (*_changes(name, year - 1)[-1:], *_changes(name, year))
    change = next((change for change in reversed(known) if change.at <= time), None)
    begin = change.at if change else datetime(year, 1, 1, tzinfo=UTC)
    end = next(
        (later.at for later in known if later.at > time), datetime(year + 1, 1, 1, tzinfo=UTC)
    )
    return Stretch(change, begin, end, change.after if change else _offset(name, begin))


@lru_cache(maxsize=4096)
def _changes(name: str, year: int) -> tuple[Change, ...]:
    first, last = datetime(year, 1, 1, tzinfo=UTC), datetime(year + 1, 1, 1, tzinfo=UTC)
    changes = []
    while first < last:
        after = min(first + _DAY, last)
        if _offset(name, first) != _offset(name, after):
            changes.append(_change_between(name, first, after))
        first = after
    return tuple(changes)


def _change_between(name: str, first: datetime, last: datetime) -> Change:
    before, after = _offset(name, first), _offset(name, last)
    while last - first > _SECOND:
        middle = first + (last - first) // 2 // _SECOND * _SECOND
        if _offset(name, middle) == before:
            first = middle
        else:
            last = middle
    return Change(last, before, after)


def _offset(name: str, time: datetime) -> timedelta:
    offset = time.astimezone(zone(name)).utcoffset()
    assert offset is not None
    return offset
