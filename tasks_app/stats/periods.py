"""The lengths of the periods for which statistics are kept, and how long they are kept. Pure."""

from datetime import UTC, datetime, timedelta

# How long periods are kept, by their length in seconds. Those of all time are kept forever.
RETENTION = {
    10: timedelta(minutes=90),
    60: timedelta(days=1),
    600: timedelta(days=7),
    3600: timedelta(days=31),
}
# A time series has at most this many periods.
PERIODS_MAX = 720

_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)


def start_of_period(time: datetime, seconds: int) -> datetime:
    """Return the start of the period that contains a time.

    Args:
        time: The time.
        seconds: The length of the periods; 0 for all time.
    """
    if not seconds:
        return _EPOCH
    return time - (time - _EPOCH) % timedelta(seconds=seconds)


def length_for(since: datetime, until: datetime, now: datetime) -> int:
    """Return the length in seconds of the shortest periods that are kept for all of a range.

    The longest ones are returned if the range begins before any period that is kept.
    """
    for seconds, retention in RETENTION.items():
        is_kept = since >= now - retention
        if is_kept and until - since <= PERIODS_MAX * timedelta(seconds=seconds):
            return seconds
    return max(RETENTION)


def starts(since: datetime, until: datetime, seconds: int) -> list[datetime]:
    """Return the starts of the periods that contain a part of a range, earliest first."""
    first = start_of_period(since, seconds)
    number = -((first - until) // timedelta(seconds=seconds))
    return [first + timedelta(seconds=seconds * n) for n in range(number)]
