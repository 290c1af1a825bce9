"""How many scheduled times of all schedules come in each slot of the next hours."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError

from tasks_app.access import scopes
from tasks_app.models import Calendar, TaskSchedule
from tasks_app.models.base import database_now
from tasks_app.recurrence import (
    Cron,
    ExcludedTimes,
    Planned,
    SlotDensity,
    Window,
    density,
    is_valid,
    recurrence_of,
    runs_left,
)
from tasks_app.services.validation import error

HOURS_MAX = 7 * 24
SCHEDULES_MAX = 1_000
CALENDARS_MAX = 50

_DAY_HOURS = 24
_QUARTER, _HOUR = timedelta(minutes=15), timedelta(hours=1)


@dataclass(frozen=True)
class ScheduleDensity:
    """The density of all schedules.

    Attributes:
        slots: What is scheduled in each slot, earliest first.
        slot_minutes: The length of each slot in minutes.
        schedule_count: The number of schedules that were counted.
        is_estimate: Whether a limit left out schedules or scheduled times.
    """

    slots: list[SlotDensity]
    slot_minutes: int
    schedule_count: int
    is_estimate: bool


def schedule_density(hours: int) -> ScheduleDensity:
    """Count the scheduled times of all schedules that are neither paused nor over.

    Slots are quarters of an hour up to a day, and hours beyond. The first one contains the current
    time; what is due before now is not counted.

    Args:
        hours: The length of all slots together, 1 to 168.
    """
    if not 1 <= hours <= HOURS_MAX:
        raise ValidationError(
            {"hours": error(f"Must be between 1 and {HOURS_MAX}.", "out_of_range")}
        )
    now = database_now()
    window = _window(now, hours)
    due = _due_until(window.end)
    schedules = [schedule for schedule in due[:SCHEDULES_MAX] if _starts_runs(schedule)]
    calendars = _calendars_of(schedules)
    planned = [
        _times_of(schedule, now)
        for schedule in schedules
        if calendars.keys() >= set(schedule.calendars)
    ]
    counted = density(planned, window, calendars)
    has_all = len(due) <= SCHEDULES_MAX and len(planned) == len(schedules)
    minutes = window.slot // timedelta(minutes=1)
    return ScheduleDensity(
        counted.slots, minutes, len(planned), not (has_all and counted.is_complete)
    )


def _window(now: datetime, hours: int) -> Window:
    slot = _QUARTER if hours <= _DAY_HOURS else _HOUR
    start = now.replace(minute=0, second=0, microsecond=0)
    start += (now - start) // slot * slot
    return Window(start, slot, timedelta(hours=hours) // slot)


def _due_until(end: datetime) -> list[TaskSchedule]:
    """Return the schedules that are due first, one more than are counted."""
    rows = scopes.visible(TaskSchedule.objects.filter(paused_at=None, next_run_at__lt=end))
    return list(rows.order_by("next_run_at", "pk")[: SCHEDULES_MAX + 1])


def _starts_runs(schedule: TaskSchedule) -> bool:
    # Beat pauses a schedule whose row was written with an expression that is not valid.
    is_readable = not schedule.cron or is_valid(schedule.cron, schedule.time_zone)
    return is_readable and schedule.next_start is not None


def _calendars_of(schedules: Sequence[TaskSchedule]) -> dict[str, ExcludedTimes]:
    """Return the calendars that schedules use by name, at most as many as are read."""
    names = {name for schedule in schedules for name in schedule.calendars}
    rows = Calendar.objects.filter(name__in=names).order_by("name")[:CALENDARS_MAX]
    return {row.name: row.excluded for row in rows} if names else {}


def _times_of(schedule: TaskSchedule, now: datetime) -> Planned:
    first = max(schedule.next_start or now, now)
    recurrence = recurrence_of(schedule)
    if isinstance(recurrence, Cron):
        # Schedules with the same expression are equal, whenever they began.
        recurrence = replace(recurrence, starts_at=first)
    left = runs_left(schedule.max_runs, schedule.fired, schedule.queued_at)
    return Planned(recurrence, first, schedule.ends_at, left, tuple(schedule.calendars))
