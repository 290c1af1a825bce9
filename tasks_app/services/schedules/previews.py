"""The scheduled times that a schedule has, or would have."""

from datetime import datetime
from typing import NamedTuple

from django.core.exceptions import ValidationError

from tasks_app.models import TaskSchedule
from tasks_app.models.base import database_now
from tasks_app.recurrence import NotedTick, zone
from tasks_app.recurrence import preview as recurrence_preview
from tasks_app.services.schedules.parameters import (
    NewSchedule,
    checked,
    recurrence_for,
    starting_at,
)
from tasks_app.services.validation import error

PREVIEW_MAX = 1_000


class Preview(NamedTuple):
    """The scheduled times of parameters, with the rule in words."""

    description: str
    ticks: list[NotedTick]
    time_zone: str

    def local_times(self) -> list[datetime]:
        """Return the scheduled times in the time zone of the cron expression, or in UTC."""
        return [tick.at.astimezone(zone(self.time_zone)) for tick in self.ticks]


def preview(new: NewSchedule, count: int, *, after: datetime | None = None) -> Preview:
    """Return the first scheduled times that a schedule created now would have.

    Args:
        new: The parameters of the schedule.
        count: The maximum number of scheduled times.
        after: Times from here on are returned. Default now.
    """
    new = checked(new)
    _check_count(count)
    now = database_now()
    recurrence = recurrence_for(starting_at(new, now))
    ticks = recurrence_preview(
        recurrence, after or now, count, ends_at=new.ends_at, max_runs=new.max_runs
    )
    return Preview(recurrence.describe(), ticks, new.time_zone)


def upcoming(schedule: TaskSchedule, count: int) -> list[datetime]:
    """Return the next scheduled times of a schedule; none while it is paused."""
    _check_count(count)
    return schedule.upcoming(count)


def _check_count(count: int) -> None:
    if type(count) is not int or not 1 <= count <= PREVIEW_MAX:
        message = f"Must be an integer from 1 to {PREVIEW_MAX}."
        raise ValidationError({"count": error(message, "out_of_range")})
