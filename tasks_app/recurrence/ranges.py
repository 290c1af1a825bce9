"""The scheduled times of a range in the past. Pure."""

from dataclasses import replace
from datetime import datetime
from itertools import islice, takewhile

from tasks_app.recurrence.cron import Cron
from tasks_app.recurrence.excluding import Excluding
from tasks_app.recurrence.kinds import INSTANT, Interval, Recurrence


def times_between(
    recurrence: Recurrence, first: datetime, last: datetime, limit: int
) -> list[datetime]:
    """Return the scheduled times from one time to another, both included, at most `limit`.

    A range that begins before the schedule has the scheduled times that an earlier start would
    have given it.
    """
    following = _beginning_by(recurrence, first).after(first - INSTANT)
    return list(islice(takewhile(lambda tick: tick <= last, following), limit))


def _beginning_by(recurrence: Recurrence, time: datetime) -> Recurrence:
    """Return the recurrence with its start moved back to a time, or on its grid to just before."""
    match recurrence:
        case Excluding():
            return replace(recurrence, recurrence=_beginning_by(recurrence.recurrence, time))
        case Cron():
            return replace(recurrence, starts_at=min(recurrence.starts_at, time))
        case Interval(starts_at, _) if time < starts_at:
            steps = (starts_at - time) // recurrence.step + 1
            return replace(recurrence, starts_at=starts_at - steps * recurrence.step)
    return recurrence
