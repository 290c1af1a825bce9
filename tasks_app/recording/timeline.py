"""The times of a replay: the start of the recording is the start of the replay.

What follows comes at the speed of the replay, so that no time is in the future.
"""

from datetime import datetime, timedelta
from typing import NamedTuple


class _Point(NamedTuple):
    recorded: datetime
    present: datetime
    speed: float


class Timeline:
    """Maps recorded times to present ones. Each change of speed continues it at a point."""

    def __init__(self, recorded: datetime, present: datetime, speed: float) -> None:
        self._points = [_Point(recorded, present, speed)]

    def continue_at(self, recorded: datetime, present: datetime, speed: float) -> None:
        """Change the speed at a point. While it is 0, later times are mapped as at speed 1."""
        self._points.append(_Point(recorded, present, speed))

    def present(self, recorded: datetime) -> datetime:
        """Return the present time of a recorded one."""
        first = self._points[0]
        if recorded < first.recorded:
            return first.present + (recorded - first.recorded)
        point = next(each for each in reversed(self._points) if each.recorded <= recorded)
        return point.present + _divided(recorded - point.recorded, point.speed or 1)


def _divided(time: timedelta, speed: float) -> timedelta:
    # An infinite speed skips the time.
    return timedelta(seconds=time.total_seconds() / speed)
